//! The standing that an agent earns by its results.

use mission_control_kernel::closed_words;

closed_words! {
    /// A standing. Seed 003 names the tiers and gives no thresholds: these are ours.
    Tier, "invalid_tier", "must be ELITE, STANDARD or PROBATION",
    {
        /// Success of at least 0.95.
        Elite = "ELITE",
        /// In between, or too new to tell.
        Standard = "STANDARD",
        /// Success below 0.85.
        Probation = "PROBATION",
    }
}

/// How an agent's attempts ended since it registered. Released, snoozed and cancelled ones do not
/// count at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Completed.
    pub completed: u64,
    /// Failed, timed out, lost or crashed.
    pub failed: u64,
}

/// Where the tiers begin.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Thresholds {
    /// Fewer attempts than this say nothing.
    pub attempts: u64,
    /// ELITE from this success.
    pub elite: f64,
    /// PROBATION below this success.
    pub probation: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { attempts: 5, elite: 0.95, probation: 0.85 }
    }
}

impl Standing {
    /// completed ÷ counted attempts; 0 when there is none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    pub fn success(&self) -> f64 {
        match self.completed + self.failed {
            0 => 0.0,
            all => self.completed as f64 / all as f64,
        }
    }

    /// The tier earned.
    #[must_use]
    pub fn tier(&self, thresholds: &Thresholds) -> Tier {
        if self.completed + self.failed < thresholds.attempts {
            return Tier::Standard;
        }
        match self.success() {
            success if success >= thresholds.elite => Tier::Elite,
            success if success < thresholds.probation => Tier::Probation,
            _ => Tier::Standard,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_earned_from_the_fifth_attempt() {
        let tier = |completed, failed| {
            Standing { completed, failed }.tier(&Thresholds::default()).as_str()
        };
        assert_eq!([tier(4, 0), tier(0, 4)], ["STANDARD", "STANDARD"]);
        assert_eq!([tier(5, 0), tier(0, 5)], ["ELITE", "PROBATION"]);
        assert_eq!([tier(95, 5), tier(94, 6)], ["ELITE", "STANDARD"]);
        assert_eq!([tier(85, 15), tier(84, 16)], ["STANDARD", "PROBATION"]);
    }
}
