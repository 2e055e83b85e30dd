//! What goes in and comes out, by the names it has on the wire.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a write is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// On the disk.
    Fsync,
    /// On the disk, the flush shared with others.
    Group,
    /// In the log, on the disk with the next flush.
    Async,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// true or false
    Boolean(bool),
    /// any finite number
    Number(f64),
    /// UTF-8
    Text(String),
}

/// Flat.
pub type Attributes = BTreeMap<String, Attribute>;

/// An episode to store.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EpisodeInput {
    /// Made up by the client where absent, so that a repeated request stores once.
    pub id: Option<String>,
    /// d numbers; absent: a node of the graph only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Vec<f32>>,
    /// Milliseconds since 1970; the server's clock where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Flat.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: Attributes,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

/// An episode as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// Unique in the space.
    pub id: String,
    /// Only where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Vec<f32>>,
    /// Milliseconds since 1970.
    pub at: f64,
    /// Text.
    pub content: String,
    /// Flat.
    pub attributes: Attributes,
    /// 0 to 1.
    pub confidence: f64,
    /// How firmly it is kept.
    pub strength: f64,
}

/// Episodes in the order of their ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Of this page.
    pub episodes: Vec<Episode>,
    /// The next page's `after`; nothing at the end.
    pub next: Option<String>,
}

/// An edge that leaves an episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Its other end.
    pub to: String,
    /// Its type.
    pub relation: String,
    /// −1 to 1; negative inhibits.
    pub weight: f64,
}

/// Which edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EdgeKey {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Its type.
    pub relation: String,
}

/// An edge to add, or whose weight to set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EdgeInput {
    /// Which edge.
    #[serde(flatten)]
    pub key: EdgeKey,
    /// −1 to 1; 1 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// How to recall.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecallOptions {
    /// Hits wanted; 10 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<u32>,
    /// Candidates kept by the approximate search: more is slower and more exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ef: Option<u32>,
    /// Scan everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<bool>,
}

/// What recall found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Of the episode.
    pub id: String,
    /// Cosine.
    pub score: f32,
}

/// Where activation begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seed {
    /// Of the episode.
    pub id: String,
    /// 0 to 1; 1 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<f64>,
}

/// Spreading activation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpreadInput {
    /// Where it begins.
    pub seeds: Vec<Seed>,
    /// 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// What arrives below it is not passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<f64>,
    /// `none`, `linear` or `sqrt`: how what leaves a node is shared among its edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fan: Option<String>,
    /// Answers wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// An episode and its activation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    /// Of the episode.
    pub id: String,
    /// −1 to 1.
    pub activation: f64,
}

/// What was activated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activated {
    /// Strongest first, seeds included.
    pub active: Vec<Activation>,
    /// A budget ended the search before it was through.
    pub truncated: bool,
}

/// A traversal.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReachInput {
    /// Where it begins.
    pub id: String,
    /// 1 to 3.
    pub hops: u32,
    /// `out` or `in`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// Any where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// A space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpaceSummary {
    /// Its name.
    pub space: String,
    /// Of its embeddings.
    pub dimension: u32,
}

/// Why a space takes no writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadOnly {
    /// Stable.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What mends it.
    pub remedy: String,
}

/// What a space holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpaceStats {
    /// Its name.
    pub space: String,
    /// Of its embeddings.
    pub dimension: u32,
    /// Count.
    pub episodes: u64,
    /// Count.
    pub vectors: u64,
    /// Count.
    pub edges: u64,
    /// The log's last.
    pub sequence: u64,
    /// The last sequence number known to be on the disk.
    pub durable: u64,
    /// Nothing when it is sound.
    pub read_only: Option<ReadOnly>,
}

/// A write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// The log's number of it.
    pub sequence: u64,
}

/// An episode was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Of the episode.
    pub id: String,
    /// The log's number of the write.
    pub sequence: u64,
}

/// Episodes were stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredBatch {
    /// Of the episodes.
    pub ids: Vec<String>,
    /// The log's number of the write.
    pub sequence: u64,
}

/// A backup was brought up to date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupDone {
    /// The last record in it.
    pub sequence: u64,
    /// Milliseconds since 1970.
    pub at: f64,
    /// Count.
    pub files: u64,
    /// Of all of it.
    pub bytes: u64,
    /// That this backup added.
    pub added_bytes: u64,
}

/// As of when to restore; the end where both are absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestorePoint {
    /// As of this record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<f64>,
}

/// A space was made out of a backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// The last record in it.
    pub sequence: u64,
    /// Milliseconds since 1970.
    pub at: f64,
    /// Records behind damage that could be kept.
    pub salvaged: u64,
}
