//! The dual memory's values, by the names they have on the wire.

use serde::{Deserialize, Serialize};

use crate::types::{Attribute, Durability};

/// On an episode's attributes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Condition {
    /// Each of them.
    All {
        /// Conditions.
        all: Vec<Condition>,
    },
    /// One of them.
    Any {
        /// Conditions.
        any: Vec<Condition>,
    },
    /// The contrary.
    Not {
        /// Condition.
        not: Box<Condition>,
    },
    /// Of one attribute; exactly one question, or `min` and `max`.
    Key {
        /// Its name.
        key: String,
        /// Its value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        equals: Option<Attribute>,
        /// One of these values.
        #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
        one_of: Option<Vec<Attribute>>,
        /// Whether it is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exists: Option<bool>,
        /// At least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// At most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Cue {
    /// What is near to it.
    Vector {
        /// As many numbers as the space has dimensions.
        vector: Vec<f32>,
    },
    /// What goes with these.
    Episodes {
        /// Ids.
        ids: Vec<String>,
    },
    /// Both.
    Mixed {
        /// As many numbers as the space has dimensions.
        vector: Vec<f32>,
        /// Ids.
        ids: Vec<String>,
    },
    /// The newest.
    Newest,
}

/// How an answer is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nearest by cosine.
    Similar,
    /// What activation reaches.
    Spreading,
    /// Both memories together.
    Blended,
}

/// A cue and how to answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerInput {
    /// What is asked for.
    pub cue: Cue,
    /// Blended where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Hits wanted; 10 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k: Option<u32>,
    /// Candidates kept by the approximate search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ef: Option<u32>,
    /// Scan everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<bool>,
    /// Also answer with the concepts themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concepts: Option<bool>,
    /// Milliseconds since 1970: decay as of then weighs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<f64>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_confidence: Option<f64>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episodic: Option<f64>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semantic: Option<f64>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inhibition: Option<f64>,
    /// Of the episodes' attributes.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<f64>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<f64>,
}

impl AnswerInput {
    /// All else as the server has it.
    pub fn of(cue: Cue) -> Self {
        Self {
            cue,
            mode: None,
            k: None,
            ef: None,
            exact: None,
            concepts: None,
            now: None,
            minimum_confidence: None,
            episodic: None,
            semantic: None,
            inhibition: None,
            condition: None,
            from: None,
            until: None,
            min_confidence: None,
        }
    }
}

/// An episode or a concept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Remembered {
    /// By its id.
    Episode {
        /// Unique in the space.
        id: String,
    },
    /// By its number.
    Concept {
        /// Unique in the space.
        number: u64,
    },
}

/// What came to mind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Which.
    #[serde(flatten)]
    pub what: Remembered,
    /// Orders the hits.
    pub score: f64,
    /// Cosine; 0 where the cue has no vector.
    pub similarity: f64,
    /// Of the graph.
    pub activation: f64,
    /// Probability that it is what was asked for.
    pub confidence: f64,
    /// From what the cue named or was near to, to the hit itself.
    pub why: Vec<Remembered>,
}

/// All that came to mind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// Best first.
    pub hits: Vec<Answer>,
    /// A budget ended the search before it was through.
    pub truncated: bool,
}

/// How to consolidate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsolidateInput {
    /// Milliseconds since 1970; the server's clock where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    /// When it is acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub durability: Option<Durability>,
    /// Milliseconds; 0: time does not count, for bulk loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tau: Option<f64>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<f64>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coherence: Option<f64>,
    /// Fewest members of a concept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Of what is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// Counts of one cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consolidated {
    /// Episodes looked at.
    pub examined: u64,
    /// Concepts that are new.
    pub formed: u64,
    /// Concepts that gained.
    pub strengthened: u64,
    /// Concepts that ended.
    pub dissolved: u64,
    /// Episodes bound to a concept.
    pub bound: u64,
    /// Episodes left alone.
    pub skipped: u64,
    /// Nanoseconds.
    pub elapsed_ns: f64,
}

/// Of a concept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Of the episode.
    pub id: String,
    /// Of the binding.
    pub strength: f64,
    /// To the centroid.
    pub contribution: f64,
}

/// What many episodes have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Concept {
    /// Unique in the space.
    pub number: u64,
    /// Of its members.
    pub centroid: Vec<f32>,
    /// How alike they are.
    pub coherence: f64,
    /// How firmly it is kept.
    pub strength: f64,
    /// Milliseconds since 1970.
    pub formed_at: f64,
    /// Episodes bound to it.
    pub members: Vec<Member>,
}

/// Concepts by number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConceptPage {
    /// Of this page.
    pub concepts: Vec<Concept>,
    /// The next page's `first`; nothing at the end.
    pub next: Option<u64>,
}

/// What a hypothesis was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weighted {
    /// Which.
    #[serde(flatten)]
    pub what: Remembered,
    /// Its share.
    pub weight: f64,
}

/// A cue made whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Whole.
    pub vector: Vec<f32>,
    /// Of each dimension: `given`, `recalled`, `reconstructed` or `imagined`.
    pub sources: Vec<String>,
    /// What it was made of.
    pub from: Vec<Weighted>,
    /// Of what was known.
    #[serde(rename = "match")]
    pub matching: f64,
    /// Probability that it is right.
    pub confidence: f64,
    /// Until it stood still.
    pub iterations: u32,
}

/// Whether a vector is old or new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recognised {
    /// It was met before.
    pub old: bool,
    /// Of both memories.
    pub familiarity: f64,
    /// Of the episodes.
    pub episodic: f64,
    /// Of the concepts.
    pub semantic: f64,
}
