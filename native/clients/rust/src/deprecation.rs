//! What a server says of an operation that will go: since when, until when, and what takes its place (RFC 9745,
//! RFC 8594).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

/// One use of what is deprecated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecation {
    /// `POST /v1/spaces/notes/recall`.
    pub operation: String,
    /// Nothing where the server's date could not be read.
    pub since: Option<SystemTime>,
    /// It may not answer from then on; nothing where that is open.
    pub sunset: Option<SystemTime>,
    /// Address of what takes its place.
    pub successor: Option<String>,
}

/// Called for each use.
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) Arc<dyn Fn(&Deprecation) + Send + Sync>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

fn date(text: &str) -> Option<SystemTime> {
    match text.strip_prefix('@') {
        Some(seconds) => {
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.parse().ok()?))
        }
        None => httpdate::parse_http_date(text).ok(),
    }
}

/// The address of `<address>; rel="successor-version"` in a Link header.
fn successor(link: &str) -> Option<String> {
    link.split(',')
        .find(|one| {
            one.contains("rel=\"successor-version\"") || one.ends_with("rel=successor-version")
        })
        .and_then(|one| Some(one.split_once('<')?.1.split_once('>')?.0.to_owned()))
}

impl Deprecation {
    /// Nothing where the answer warns of nothing.
    pub(crate) fn of(headers: &HeaderMap, operation: String) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let since = text("deprecation")?;
        Some(Self {
            operation,
            since: date(since),
            sunset: text("sunset").and_then(date),
            successor: text("link").and_then(successor),
        })
    }
}
