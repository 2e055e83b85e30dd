//! The dual memory of a space: concepts and what forms them, answers with their why, completion, recognition.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::memory_types::*;
use crate::transport::{Request, Transport};
use crate::types::Written;

/// What is remembered of a space as a whole.
#[derive(Debug, Clone)]
pub struct Memory {
    pub(crate) transport: Transport,
    pub(crate) path: String,
    /// The space's path under /v2.
    pub(crate) newer: String,
}

impl Memory {
    /// What a cue brings to mind, best first: episodes and concepts, each with why it came.
    pub async fn answer(&self, input: &AnswerInput) -> Result<Answers, Error> {
        let request = Request::new(Method::POST, format!("{}/recall", self.newer));
        self.transport.json(request.json(input)).await
    }

    /// One cycle: forms, strengthens and ends concepts from what is new. Again, it finds nothing new.
    pub async fn consolidate(&self, input: &ConsolidateInput) -> Result<Consolidated, Error> {
        self.transport
            .json(self.ask("/consolidate").json(input))
            .await
    }

    /// Concepts by number, from `first` on; `next` is the next page's `first`, nothing at the end.
    pub async fn concepts(
        &self,
        first: Option<u64>,
        limit: Option<u32>,
    ) -> Result<ConceptPage, Error> {
        let request = Request::new(Method::GET, format!("{}/concepts", self.path));
        self.transport
            .json(request.query("first", first).query("limit", limit))
            .await
    }

    /// Fills what of the cue is not `known` from what is stored; none where it would have to invent.
    pub async fn complete(
        &self,
        vector: &[f32],
        known: Option<&[bool]>,
    ) -> Result<Vec<Hypothesis>, Error> {
        #[derive(Deserialize)]
        struct List {
            hypotheses: Vec<Hypothesis>,
        }
        let body = match known {
            Some(known) => json!({ "vector": vector, "known": known }),
            None => json!({ "vector": vector }),
        };
        let request = self.ask("/complete").json(&body);
        Ok(self.transport.json::<List>(request).await?.hypotheses)
    }

    /// Whether a vector is old or new, without content.
    pub async fn recognise(&self, vector: &[f32]) -> Result<Recognised, Error> {
        let request = self.ask("/recognise").json(&json!({ "vector": vector }));
        self.transport.json(request).await
    }

    /// Counts an access to episodes, which makes them last. Unknown ids are no error. `at`: milliseconds since 1970.
    pub async fn access(&self, ids: &[String], at: Option<f64>) -> Result<Written, Error> {
        let body = match at {
            Some(at) => json!({ "ids": ids, "at": at }),
            None => json!({ "ids": ids }),
        };
        self.transport
            .json(self.ask("/access").once().json(&body))
            .await
    }

    fn ask(&self, path: &str) -> Request {
        Request::new(Method::POST, format!("{}{path}", self.path))
    }
}
