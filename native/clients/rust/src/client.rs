//! The client: one type per noun, one method per operation of the API.

use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::binary::{
    EPISODES_TYPE, HITS_TYPE, VECTOR_TYPE, decode_hits, encode_episodes, encode_vector,
};
use crate::changes::Change;
use crate::deprecation::{Deprecation, Hook};
use crate::error::Error;
use crate::memory::Memory;
use crate::retry::RetryPolicy;
use crate::transport::{Request, Transport};
use crate::types::*;

const TIMEOUT: Duration = Duration::from_secs(30);
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The first.
    V1,
    /// The second: it differs in recall.
    V2,
}

/// A server. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Transport,
    version: &'static str,
}

impl Client {
    /// `url`: `http://127.0.0.1:7700`.
    pub fn new(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client without settings can be made");
        Self {
            transport: Transport {
                url: url.trim_end_matches('/').to_owned(),
                key: None,
                timeout: TIMEOUT,
                retry: RetryPolicy::default(),
                on_deprecated: None,
                http,
            },
            version: "v1",
        }
    }

    /// `engram_…`; none for a server without keys.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.transport.key = Some(key.into());
        self
    }

    /// Of the API; the first where this is not called.
    pub fn version(mut self, version: Version) -> Self {
        self.version = match version {
            Version::V1 => "v1",
            Version::V2 => "v2",
        };
        self
    }

    /// For each attempt, and for streams between two pieces.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.transport.timeout = timeout;
        self
    }

    /// When to try again.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.transport.retry = retry;
        self
    }

    /// Called for each answer of an operation that is deprecated.
    pub fn on_deprecated(mut self, told: impl Fn(&Deprecation) + Send + Sync + 'static) -> Self {
        self.transport.on_deprecated = Some(Hook(Arc::new(told)));
        self
    }

    /// A client of your own, for its TLS or proxies.
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.transport.http = http;
        self
    }

    /// A handle; nothing is asked of the server.
    pub fn space(&self, name: &str) -> Space {
        Space {
            transport: self.transport.clone(),
            name: segment(name),
            path: format!("/{}/spaces/{}", self.version, segment(name)),
        }
    }

    /// The spaces that the key may see.
    pub async fn spaces(&self) -> Result<Vec<SpaceSummary>, Error> {
        #[derive(Deserialize)]
        struct List {
            spaces: Vec<SpaceSummary>,
        }
        let request = Request::new(Method::GET, format!("/{}/spaces", self.version));
        Ok(self.transport.json::<List>(request).await?.spaces)
    }

    /// Whether the server can be worked with: not while it starts, drains or cannot write.
    pub async fn ready(&self) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Ready {
            ready: bool,
        }
        match self
            .transport
            .json::<Ready>(Request::new(Method::GET, "/ready".into()))
            .await
        {
            Ok(answer) => Ok(answer.ready),
            Err(error) if error.status == 503 => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// One space of a server.
#[derive(Debug, Clone)]
pub struct Space {
    transport: Transport,
    name: String,
    path: String,
}

/// With an id.
fn named(mut episode: EpisodeInput) -> EpisodeInput {
    episode.id.get_or_insert_with(|| Uuid::new_v4().to_string());
    episode
}

fn durability_word(durability: Option<Durability>) -> Option<&'static str> {
    durability.map(|durability| match durability {
        Durability::Fsync => "fsync",
        Durability::Group => "group",
        Durability::Async => "async",
    })
}

impl Space {
    /// Makes the space; the same again changes nothing. Errors: `Kind::Conflict` for another dimension.
    pub async fn make(&self, dimension: u32) -> Result<SpaceSummary, Error> {
        let request = Request::new(Method::PUT, self.path.clone());
        self.transport
            .json(request.json(&json!({ "dimension": dimension })))
            .await
    }

    /// What it holds and how it is.
    pub async fn stats(&self) -> Result<SpaceStats, Error> {
        self.transport
            .json(Request::new(Method::GET, self.path.clone()))
            .await
    }

    /// Stores one episode; an id that is there is replaced. Durable and searchable when it returns.
    pub async fn store(&self, episode: EpisodeInput) -> Result<Stored, Error> {
        self.store_with(episode, None).await
    }

    /// The same under another durability than the server's default.
    pub async fn store_with(
        &self,
        episode: EpisodeInput,
        durability: Option<Durability>,
    ) -> Result<Stored, Error> {
        self.transport
            .json(self.write("/episodes", durability).json(&named(episode)))
            .await
    }

    /// Stores all or none; all with an embedding or none.
    pub async fn store_batch(
        &self,
        episodes: Vec<EpisodeInput>,
        durability: Option<Durability>,
    ) -> Result<StoredBatch, Error> {
        let batch: Vec<_> = episodes.into_iter().map(named).collect();
        let request = self.write("/episodes/batch", durability);
        let request = if batch.iter().all(|episode| episode.embedding.is_some()) {
            request.bytes(EPISODES_TYPE, encode_episodes(batch))
        } else {
            request.json(&json!({ "episodes": batch }))
        };
        self.transport.json(request).await
    }

    /// Errors: `Kind::NotFound`.
    pub async fn get(&self, id: &str, embedding: bool) -> Result<Episode, Error> {
        let request = Request::new(Method::GET, self.episode(id))
            .query("embedding", embedding.then_some(true));
        self.transport.json(request).await
    }

    /// Every episode in the order of the ids, behind `after`, as they come: nothing is sent that is not read. A stream
    /// that breaks goes on behind the last one. Drop it to end it.
    pub fn scan(&self, after: Option<String>) -> impl Stream<Item = Result<Episode, Error>> + '_ {
        self.transport.lines(move |last: Option<&Episode>| {
            let after = last.map(|episode| episode.id.as_str()).or(after.as_deref());
            Request::new(Method::GET, format!("{}/scan", self.path)).query("after", after)
        })
    }

    /// One page of the same; `next` is the next page's `after`, nothing at the end.
    pub async fn page(&self, after: Option<&str>, limit: Option<u32>) -> Result<Page, Error> {
        let request = Request::new(Method::GET, format!("{}/episodes", self.path));
        self.transport
            .json(request.query("after", after).query("limit", limit))
            .await
    }

    /// Deletes with vector and edges, or with `weaken` in (0, 1) multiplies the strength. Unknown ids are no error.
    pub async fn forget(&self, ids: &[String], weaken: Option<f64>) -> Result<Written, Error> {
        let body = match weaken {
            Some(factor) => json!({ "ids": ids, "weaken": factor }),
            None => json!({ "ids": ids }),
        };
        self.transport
            .json(self.write("/forget", None).json(&body))
            .await
    }

    /// Deletes one. An unknown id is no error.
    pub async fn delete(&self, id: &str) -> Result<Written, Error> {
        self.transport
            .json(Request::new(Method::DELETE, self.episode(id)).once())
            .await
    }

    /// Adds edges or sets their weights; both ends must exist.
    pub async fn link(&self, edges: &[EdgeInput]) -> Result<Written, Error> {
        self.transport
            .json(self.write("/edges", None).json(&json!({ "edges": edges })))
            .await
    }

    /// Removes edges. One that is not there is no error.
    pub async fn unlink(&self, edges: &[EdgeKey]) -> Result<Written, Error> {
        self.transport
            .json(
                self.write("/edges/unlink", None)
                    .json(&json!({ "edges": edges })),
            )
            .await
    }

    /// Edges that leave an episode, by relation and target.
    pub async fn edges(&self, id: &str) -> Result<Vec<Edge>, Error> {
        #[derive(Deserialize)]
        struct List {
            edges: Vec<Edge>,
        }
        let request = Request::new(Method::GET, format!("{}/edges", self.episode(id)));
        Ok(self.transport.json::<List>(request).await?.edges)
    }

    /// What is remembered of it as a whole: concepts, answers, completion, recognition.
    pub fn memory(&self) -> Memory {
        Memory {
            transport: self.transport.clone(),
            path: self.path.clone(),
            newer: format!("/v2/spaces/{}", self.name),
        }
    }

    /// Every durable change in order: from record `from` on, or what comes. A stream that breaks goes on behind the
    /// last one; without `from` nothing is known of what happened before the first. Drop it to end it. Errors: code
    /// `compacted` where the log begins later.
    pub fn watch(&self, from: Option<u64>) -> impl Stream<Item = Result<Change, Error>> + '_ {
        self.transport.lines(move |last: Option<&Change>| {
            let from = last.map(|change| change.sequence + 1).or(from);
            Request::new(Method::GET, format!("{}/watch", self.path)).query("from", from)
        })
    }

    /// Nearest episodes by cosine, best first; the vector goes as bytes, and the hits come so. It is of the first
    /// version of the API and deprecated there: `Memory::answer` takes its place.
    pub async fn recall(&self, vector: &[f32], options: &RecallOptions) -> Result<Vec<Hit>, Error> {
        let request = Request::new(Method::POST, format!("/v1/spaces/{}/recall", self.name))
            .query("k", options.k)
            .query("ef", options.ef)
            .query("exact", options.exact)
            .bytes(VECTOR_TYPE, encode_vector(vector))
            .accept(HITS_TYPE);
        let body = self.transport.bytes(request).await?;
        decode_hits(&body).ok_or_else(|| Error::unreadable(1, "not a list of hits"))
    }

    /// Bounded spreading activation.
    pub async fn spread(&self, input: &SpreadInput) -> Result<Activated, Error> {
        self.transport.json(self.ask("/spread").json(input)).await
    }

    /// Ids of the distinct episodes within 1 to `hops` edges, without the start.
    pub async fn reach(&self, input: &ReachInput) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Reached {
            ids: Vec<String>,
        }
        Ok(self
            .transport
            .json::<Reached>(self.ask("/reach").json(input))
            .await?
            .ids)
    }

    /// Makes everything acknowledged as `async` durable.
    pub async fn sync(&self) -> Result<(), Error> {
        self.upkeep("/sync").await
    }

    /// Writes the whole state beside the log and drops the log it replaces.
    pub async fn snapshot(&self) -> Result<(), Error> {
        self.upkeep("/snapshot").await
    }

    /// Errors: what does not agree.
    pub async fn verify(&self) -> Result<(), Error> {
        self.upkeep("/verify").await
    }

    /// Brings the backup of this name up to all that was acknowledged: whole at first, then what is new.
    pub async fn backup(&self, name: &str) -> Result<BackupDone, Error> {
        self.transport
            .json(self.ask("/backup").json(&json!({ "backup": name })))
            .await
    }

    /// Makes this space, which must not be there, out of a backup. Sent again after its answer was lost it finds the
    /// space there. Errors: `Kind::Conflict` for that.
    pub async fn restore(&self, name: &str, point: &RestorePoint) -> Result<Restored, Error> {
        let mut body = json!(point);
        body["backup"] = json!(name);
        self.transport.json(self.ask("/restore").json(&body)).await
    }

    async fn upkeep(&self, path: &str) -> Result<(), Error> {
        self.transport.bytes(self.ask(path)).await.map(drop)
    }

    fn episode(&self, id: &str) -> String {
        format!("{}/episodes/{}", self.path, segment(id))
    }

    fn ask(&self, path: &str) -> Request {
        Request::new(Method::POST, format!("{}{path}", self.path))
    }

    fn write(&self, path: &str, durability: Option<Durability>) -> Request {
        self.ask(path)
            .query("durability", durability_word(durability))
            .once()
    }
}
