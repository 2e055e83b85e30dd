//! One call over HTTP: attempts, timeouts. Connections are kept and used again by reqwest's pool.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::deprecation::{Deprecation, Hook};
use crate::error::Error;
use crate::retry::RetryPolicy;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Debug, Clone)]
pub(crate) struct Transport {
    pub(crate) url: String,
    pub(crate) key: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) on_deprecated: Option<Hook>,
    pub(crate) http: reqwest::Client,
}

/// A request: the same bytes on each attempt.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
        }
    }

    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query
            .extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub(crate) fn json(self, body: &impl serde::Serialize) -> Self {
        let text = serde_json::to_vec(body).expect("the API's types are JSON");
        self.bytes("application/json", text)
    }

    pub(crate) fn bytes(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = Some(body);
        self
    }

    pub(crate) fn accept(mut self, content_type: &'static str) -> Self {
        self.headers
            .insert(ACCEPT, HeaderValue::from_static(content_type));
        self
    }

    /// A write: sent again, it has its effect once.
    pub(crate) fn once(mut self) -> Self {
        let key = HeaderValue::try_from(Uuid::new_v4().to_string()).expect("a UUID is ASCII");
        self.headers.insert(IDEMPOTENCY_KEY, key);
        self
    }
}

impl Transport {
    pub(crate) async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let body = self.bytes(request).await?;
        serde_json::from_slice(&body)
            .map_err(|error| Error::unreadable(1, &format!("not of the API: {error}")))
    }

    pub(crate) async fn bytes(&self, request: Request) -> Result<Vec<u8>, Error> {
        self.call(&request, |response| async {
            Ok(response.bytes().await?.to_vec())
        })
        .await
    }

    /// Values of an answer of lines; dropping the stream ends the request. Where it breaks off it is asked for again:
    /// `request` gets the last value that came, to begin behind it.
    pub(crate) fn lines<'a, T: DeserializeOwned + Clone + 'a>(
        &'a self,
        request: impl Fn(Option<&T>) -> Request + 'a,
    ) -> impl Stream<Item = Result<T, Error>> + 'a {
        async_stream::try_stream! {
            let mut last: Option<T> = None;
            let mut failures = 0;
            'whole: loop {
                let error = match self.call(&request(last.as_ref()), |response| async { Ok(response) }).await {
                    Err(error) => error,
                    Ok(response) => {
                        let mut lines = Lines::of(response);
                        loop {
                            match lines.next(self).await {
                                Ok(None) => break 'whole,
                                Ok(Some(value)) => {
                                    failures = 0;
                                    last = Some(T::clone(&value));
                                    yield value;
                                }
                                Err(error) => break error,
                            }
                        }
                    }
                };
                failures += 1;
                if !error.retryable || failures.max(error.attempts) > self.retry.retries {
                    Err(error)?;
                    break;
                }
                self.pause(failures, &error).await;
            }
        }
    }

    async fn pause(&self, failures: u32, error: &Error) {
        let wait = self.retry.wait(
            failures,
            error.retry_after.as_deref(),
            uniform(),
            SystemTime::now(),
        );
        tokio::time::sleep(wait).await;
    }

    async fn call<T, F>(&self, request: &Request, read: impl Fn(Response) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, reqwest::Error>>,
    {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error =
                match tokio::time::timeout(self.timeout, self.attempt(request, attempt, &read))
                    .await
                {
                    Ok(Ok(value)) => return Ok(value),
                    Ok(Err(error)) => error,
                    Err(_) => Error::timed_out(attempt, self.timeout),
                };
            if !error.retryable || attempt > self.retry.retries {
                return Err(error);
            }
            self.pause(attempt, &error).await;
        }
    }

    async fn attempt<T, F>(
        &self,
        request: &Request,
        attempt: u32,
        read: impl Fn(Response) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, reqwest::Error>>,
    {
        let broken = |error: reqwest::Error| Error::broken(attempt, &self.url, &error);
        let mut sent = self
            .http
            .request(
                request.method.clone(),
                format!("{}{}", self.url, request.path),
            )
            .query(&request.query)
            .headers(request.headers.clone());
        if let Some(key) = &self.key {
            sent = sent.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(body) = &request.body {
            sent = sent.body(body.clone());
        }
        let response = sent.send().await.map_err(broken)?;
        self.warn(request, &response);
        let status = response.status();
        if status.is_success() {
            return read(response).await.map_err(broken);
        }
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = response.bytes().await.map_err(broken)?;
        Err(Error::answered(
            status.as_u16(),
            &body,
            attempt,
            retry_after,
        ))
    }

    fn warn(&self, request: &Request, response: &Response) {
        if let Some(Hook(told)) = &self.on_deprecated {
            let operation = format!("{} {}", request.method, request.path);
            if let Some(warning) = Deprecation::of(response.headers(), operation) {
                told(&warning);
            }
        }
    }
}

/// The lines of an answer as they come.
struct Lines {
    pieces: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    rest: Vec<u8>,
}

impl Lines {
    fn of(response: Response) -> Self {
        Self {
            pieces: Box::pin(response.bytes_stream()),
            rest: Vec::new(),
        }
    }

    /// Nothing at the end. A line without its end was cut off: it is not a value.
    async fn next<T: DeserializeOwned>(
        &mut self,
        transport: &Transport,
    ) -> Result<Option<T>, Error> {
        loop {
            if let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                if line.len() > 1 {
                    return parse(&line).map(Some);
                }
                continue;
            }
            match tokio::time::timeout(transport.timeout, self.pieces.next()).await {
                Err(_) => return Err(Error::timed_out(1, transport.timeout)),
                Ok(None) => return Ok(None),
                Ok(Some(piece)) => {
                    self.rest.extend_from_slice(
                        &piece.map_err(|error| Error::broken(1, &transport.url, &error))?,
                    );
                }
            }
        }
    }
}

/// A value, or the error that ends the stream.
fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, Error> {
    let value: serde_json::Value =
        serde_json::from_slice(line).map_err(|_| Error::unreadable(1, "not made of JSON lines"))?;
    if value["error"]["code"].is_string() {
        return Err(Error::ended_by(&value["error"]));
    }
    serde_json::from_value(value)
        .map_err(|error| Error::unreadable(1, &format!("not of the API: {error}")))
}

/// [0, 1), from 52 random bits.
fn uniform() -> f64 {
    const BITS: u32 = 52;
    let (_, low) = Uuid::new_v4().as_u64_pair();
    (low & ((1 << BITS) - 1)) as f64 / (1_u64 << BITS) as f64
}
