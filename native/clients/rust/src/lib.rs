//! A client of engram's HTTP API.
//!
//! ```no_run
//! # async fn example() -> Result<(), engram_client::Error> {
//! use engram_client::{Client, EpisodeInput, RecallOptions};
//!
//! let notes = Client::new("http://127.0.0.1:7700").space("notes");
//! notes.make(3).await?;
//! notes.store(EpisodeInput { id: Some("a".into()), embedding: Some(vec![1.0, 0.0, 0.0]), ..Default::default() }).await?;
//! let hits = notes.recall(&[1.0, 0.1, 0.0], &RecallOptions::default()).await?;
//! # Ok(()) }
//! ```
//!
//! Every failed attempt that may succeed later is made again, with exponential waits and full jitter; every write
//! carries an idempotency key, the same on each attempt, so that it has its effect once. Drop a future to cancel its
//! call, drop a stream to end it.

mod binary;
mod changes;
mod client;
mod deprecation;
mod error;
mod memory;
mod memory_types;
mod retry;
mod transport;
mod types;

pub use changes::*;
pub use client::{Client, Space, Version};
pub use deprecation::Deprecation;
pub use error::{Error, Kind};
pub use memory::Memory;
pub use memory_types::*;
pub use retry::RetryPolicy;
pub use types::*;
