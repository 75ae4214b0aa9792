//! How much of its capacity an agent uses.

use mission_control_kernel::closed_words;

closed_words! {
    /// A load in a word; the bounds are the seeds' gauge of an agent's load.
    LoadLevel, "invalid_load_level", "must be idle, optimal, high, critical or overloaded",
    {
        /// At most 0.2.
        Idle = "idle",
        /// At most 0.7.
        Optimal = "optimal",
        /// At most 0.9.
        High = "high",
        /// At most 1.
        Critical = "critical",
        /// More.
        Overloaded = "overloaded",
    }
}

/// Running missions ÷ capacity.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Load(f64);

impl Load {
    /// Of `running` missions on a capacity of `max_concurrent`, which is at least 1.
    #[must_use]
    pub fn of(running: u32, max_concurrent: u32) -> Self {
        Self(f64::from(running) / f64::from(max_concurrent.max(1)))
    }

    /// The quotient.
    #[must_use]
    pub const fn ratio(self) -> f64 {
        self.0
    }

    /// In a word.
    #[must_use]
    pub fn level(self) -> LoadLevel {
        match self.0 {
            ratio if ratio <= 0.2 => LoadLevel::Idle,
            ratio if ratio <= 0.7 => LoadLevel::Optimal,
            ratio if ratio <= 0.9 => LoadLevel::High,
            ratio if ratio <= 1.0 => LoadLevel::Critical,
            _ => LoadLevel::Overloaded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_belongs_to_the_lower_word() {
        let word = |running| Load::of(running, 10).level().as_str();
        assert_eq!(
            [0, 2, 3, 7, 8, 9, 10, 11].map(word),
            ["idle", "idle", "optimal", "optimal", "high", "high", "critical", "overloaded"]
        );
    }
}
