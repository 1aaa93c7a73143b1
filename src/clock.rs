//! Time, as something that is handed in.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that can be asked and waited on.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// Waits for a span of this clock's time.
    async fn sleep(&self, span: SignedDuration);
}

/// The wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, span: SignedDuration) {
        tokio::time::sleep(span.unsigned_abs()).await;
    }
}

/// A clock that starts at a chosen time and runs faster than the wall by a factor.
///
/// It follows tokio's clock, so a test with paused time runs as fast as it can.
#[derive(Clone, Copy, Debug)]
pub struct ScaledClock {
    started: Instant,
    origin: Timestamp,
    factor: f64,
}

impl ScaledClock {
    /// Starts at `origin` and lets `factor` seconds pass in each second. A factor that is not a number from
    /// a thousandth to a million counts as 1.
    pub fn new(origin: Timestamp, factor: f64) -> Self {
        let factor = if (0.001..=1e6).contains(&factor) { factor } else { 1.0 };
        Self { started: Instant::now(), origin, factor }
    }
}

#[async_trait]
impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let passed = self.started.elapsed().mul_f64(self.factor);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        self.origin.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, span: SignedDuration) {
        tokio::time::sleep(span.unsigned_abs().div_f64(self.factor)).await;
    }
}
