//! What a watch tells: one record of the log after the other.

use serde::{Deserialize, Serialize};

use crate::types::Attributes;

/// An episode as it was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEpisode {
    /// Unique in the space.
    pub id: String,
    /// Nothing where it has none.
    pub embedding: Option<Vec<f32>>,
    /// Milliseconds since 1970.
    pub at: f64,
    /// Text.
    pub content: String,
    /// Flat.
    pub attributes: Attributes,
    /// 0 to 1.
    pub confidence: f64,
}

/// An edge as it was linked or unlinked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedEdge {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Where it was linked: −1 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Happened {
    /// Episodes were stored or replaced.
    Store {
        /// All of one write.
        episodes: Vec<StoredEpisode>,
    },
    /// Edges were added, or their weights set.
    Link {
        /// Their type.
        relation: String,
        /// Milliseconds since 1970.
        #[serde(rename = "linkedAt")]
        linked_at: f64,
        /// All of one write.
        edges: Vec<ChangedEdge>,
    },
    /// Edges were removed.
    Unlink {
        /// Their type.
        relation: String,
        /// All of one write.
        edges: Vec<ChangedEdge>,
    },
    /// Episodes were deleted.
    Forget {
        /// All of one write.
        ids: Vec<String>,
    },
    /// The strength of episodes was multiplied.
    Weaken {
        /// All of one write.
        ids: Vec<String>,
        /// In (0, 1).
        factor: f64,
    },
    /// The engine's own doing.
    Internal,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

/// One record of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The log's number of it.
    pub sequence: u64,
    /// Milliseconds since 1970.
    pub at: f64,
    /// The idempotency key it came under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub what: Happened,
}
