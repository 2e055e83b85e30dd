//! What can go wrong between a caller and a server. `code` and `remedy` are the server's own words where it answered
//! at all.

use std::fmt;

/// What to switch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The request is wrong: the message names the value. Sending it again changes nothing.
    InvalidArgument,
    /// No key, an unknown one, or one whose scope does not reach.
    Permission,
    /// A space, an episode or an address that is not there.
    NotFound,
    /// The space has other settings, is read-only or damaged, or a key was used for something else.
    Conflict,
    /// The server turned the request away to protect itself, and did so every time it was tried.
    Busy,
    /// The server's disk is full or failed.
    Storage,
    /// The server failed, or something on the way to it did.
    Server,
    /// There was no connection, or it broke, every time it was tried.
    Connection,
    /// No answer within the time allowed.
    Timeout,
}

/// An error of a call.
#[derive(Debug)]
pub struct Error {
    /// What to switch on.
    pub kind: Kind,
    /// Stable: the server's, or `connection`, `timeout`.
    pub code: String,
    /// Names the value that was wrong.
    pub message: String,
    /// What mends it.
    pub remedy: String,
    /// HTTP status; 0 where there was no answer.
    pub status: u16,
    /// Requests sent for this call.
    pub attempts: u32,
    /// The same call may succeed later.
    pub retryable: bool,
    /// The server's Retry-After header, as it came.
    pub retry_after: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.message, self.code, self.remedy)
    }
}

impl std::error::Error for Error {}

fn kind_of(status: u16, code: &str) -> Kind {
    match (code, status) {
        ("poisoned" | "disk_full", _) => Kind::Storage,
        (_, 401 | 403) => Kind::Permission,
        (_, 404) => Kind::NotFound,
        (_, 409) => Kind::Conflict,
        (_, 429 | 503) => Kind::Busy,
        (_, 507) => Kind::Storage,
        (_, ..=499) => Kind::InvalidArgument,
        _ => Kind::Server,
    }
}

/// "Later". Every operation may be sent twice: writes carry an idempotency key. Of some codes, waiting mends nothing.
fn later(status: u16, code: &str) -> bool {
    matches!(status, 429 | 502 | 503 | 504) && !matches!(code, "poisoned" | "read_only")
}

impl Error {
    /// The error of an answer that is none of 2xx; a body that is not engram's (a proxy's) keeps its status.
    pub(crate) fn answered(
        status: u16,
        body: &[u8],
        attempts: u32,
        retry_after: Option<String>,
    ) -> Self {
        let told = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
        let word = |name: &str| told["error"][name].as_str().map(str::to_owned);
        let code = word("code").unwrap_or_else(|| format!("http_{status}"));
        Self {
            kind: kind_of(status, &code),
            message: word("message").unwrap_or_else(|| format!("the server answered {status}")),
            remedy: word("remedy").unwrap_or_else(|| "look at the server's log".into()),
            retryable: later(status, &code),
            code,
            status,
            attempts,
            retry_after,
        }
    }

    /// The error of a stream's last line.
    pub(crate) fn ended_by(told: &serde_json::Value) -> Self {
        let word = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let code = word("code");
        let passing = matches!(code.as_str(), "busy" | "closed");
        Self {
            kind: if passing { Kind::Busy } else { Kind::Server },
            code,
            message: word("message"),
            remedy: word("remedy"),
            status: 0,
            attempts: 1,
            retryable: passing,
            retry_after: None,
        }
    }

    fn unanswered(kind: Kind, code: &str, message: String, remedy: &str, attempts: u32) -> Self {
        Self {
            kind,
            code: code.into(),
            message,
            remedy: remedy.into(),
            status: 0,
            attempts,
            retryable: true,
            retry_after: None,
        }
    }

    pub(crate) fn timed_out(attempts: u32, timeout: std::time::Duration) -> Self {
        let message = format!("no answer within {} ms", timeout.as_millis());
        Self::unanswered(
            Kind::Timeout,
            "timeout",
            message,
            "allow more time, or ask for less",
            attempts,
        )
    }

    pub(crate) fn broken(attempts: u32, url: &str, cause: &dyn std::error::Error) -> Self {
        let message = format!("the connection to {url} failed: {cause}");
        Self::unanswered(
            Kind::Connection,
            "connection",
            message,
            "check the address, and that the server runs",
            attempts,
        )
    }

    /// Something that no server of this API answers.
    pub(crate) fn unreadable(attempts: u32, what: &str) -> Self {
        let message = format!("the answer is {what}");
        let mut error = Self::unanswered(
            Kind::Server,
            "unreadable",
            message,
            "check what answers at this address",
            attempts,
        );
        error.retryable = false;
        error
    }
}
