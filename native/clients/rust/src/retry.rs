//! How long to wait before a failed attempt is made again: exponential, with full jitter so that clients turned away
//! together do not come back together (Brooker, "Exponential Backoff And Jitter", 2015).

use std::time::{Duration, SystemTime};

/// When to try again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Attempts after the first.
    pub retries: u32,
    /// The longest wait before the second attempt; it doubles with each.
    pub base: Duration,
    /// No wait is longer.
    pub max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 4,
            base: Duration::from_millis(50),
            max: Duration::from_secs(5),
        }
    }
}

impl RetryPolicy {
    /// The wait after the `attempt`-th failure (1, 2, …). `retry_after`, the header, is obeyed; jitter comes on top.
    /// `uniform` in [0, 1).
    pub(crate) fn wait(
        &self,
        attempt: u32,
        retry_after: Option<&str>,
        uniform: f64,
        now: SystemTime,
    ) -> Duration {
        let bound = self
            .base
            .saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX))
            .min(self.max);
        let asked = retry_after
            .and_then(|words| seconds(words, now))
            .unwrap_or_default();
        asked.min(self.max) + bound.mul_f64(uniform)
    }
}

fn seconds(retry_after: &str, now: SystemTime) -> Option<Duration> {
    match retry_after.trim().parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(retry_after)
            .ok()?
            .duration_since(now)
            .ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(attempt: u32, retry_after: Option<&str>) -> u128 {
        let now = httpdate::parse_http_date("Thu, 01 Jan 2026 00:00:00 GMT").unwrap();
        RetryPolicy::default()
            .wait(attempt, retry_after, 0.5, now)
            .as_millis()
    }

    #[test]
    fn the_bound_doubles_with_each_attempt_up_to_the_longest() {
        assert_eq!(
            [1, 2, 3, 20, 40].map(|attempt| wait(attempt, None)),
            [25, 50, 100, 2_500, 2_500]
        );
    }

    #[test]
    fn retry_after_is_obeyed_in_seconds_and_as_a_date() {
        assert_eq!(wait(1, Some("2")), 2_025);
        assert_eq!(wait(1, Some("Thu, 01 Jan 2026 00:00:03 GMT")), 3_025);
    }

    #[test]
    fn nonsense_the_past_and_a_year_hold_nobody_up() {
        assert_eq!(wait(1, Some("soon")), 25);
        assert_eq!(wait(1, Some("Wed, 31 Dec 2025 00:00:00 GMT")), 25);
        assert_eq!(wait(1, Some("31536000")), 5_025);
    }
}
