//! What came of a scenario.

use std::time::Duration;

/// The most sentences that are kept about one scenario: enough to see what is wrong.
const MOST_SAID: usize = 50;

/// Counts, spans and complaints.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// How often what happened, by name.
    pub counts: Vec<(&'static str, u64)>,
    /// How long what took, by name.
    pub spans: Vec<(&'static str, Vec<Duration>)>,
    /// How many complaints there were.
    pub violated: usize,
    /// What did not hold, in words; the first of them.
    pub violations: Vec<String>,
    /// Controls in which nothing was found, in words: the scenario proves nothing then.
    pub blind: Vec<String>,
}

impl Findings {
    /// Notes what did not hold.
    pub fn violate(&mut self, what: impl Into<String>) {
        self.violated += 1;
        if self.violations.len() < MOST_SAID {
            self.violations.push(what.into());
        }
    }

    /// Notes all that did not hold.
    pub fn violate_all(&mut self, all: impl IntoIterator<Item = String>) {
        all.into_iter().for_each(|what| self.violate(what));
    }

    /// Adds to a count.
    pub fn count(&mut self, name: &'static str, more: usize) {
        let more = more as u64;
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += more,
            None => self.counts.push((name, more)),
        }
    }

    /// Adds a span.
    pub fn span(&mut self, name: &'static str, span: Duration) {
        match self.spans.iter_mut().find(|(known, _)| *known == name) {
            Some((_, spans)) => spans.push(span),
            None => self.spans.push((name, vec![span])),
        }
    }

    /// Takes in what a control has found, which must be something.
    pub fn control(&mut self, what: &str, found: usize) {
        self.count("found_in_controls", found);
        if found == 0 {
            self.blind.push(format!("blind: {what} was not noticed"));
        }
    }

    /// A count, 0 where nothing was counted.
    #[must_use]
    pub fn counted(&self, name: &str) -> u64 {
        self.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
    }

    /// The span that `percent` of all with this name do not pass; zero of none.
    #[must_use]
    pub fn percentile(&self, name: &str, percent: usize) -> Duration {
        let known = self.spans.iter().find(|(known, _)| *known == name);
        let mut spans = known.map(|(_, spans)| spans.clone()).unwrap_or_default();
        spans.sort_unstable();
        percentile(&spans, percent).copied().unwrap_or_default()
    }

    /// Adds what another part of the same scenario has found.
    pub fn join(&mut self, other: Self) {
        for (name, count) in other.counts {
            self.count(name, usize::try_from(count).unwrap_or(usize::MAX));
        }
        for (name, spans) in other.spans {
            spans.into_iter().for_each(|span| self.span(name, span));
        }
        self.violated += other.violated;
        self.violations.extend(other.violations);
        self.violations.truncate(MOST_SAID);
        self.blind.extend(other.blind);
    }

    /// All that did not hold, and what proves nothing.
    #[must_use]
    pub fn complaints(&self) -> Vec<&str> {
        self.violations.iter().chain(&self.blind).map(String::as_str).collect()
    }
}

/// The value that `percent` of all do not pass, of values in order.
pub(super) fn percentile<T>(sorted: &[T], percent: usize) -> Option<&T> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last * percent).div_ceil(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_parts_have_found_is_added_up() {
        let mut one = Findings::default();
        one.count("kills", 2);
        one.span("took", Duration::from_secs(1));
        let mut other = one.clone();
        other.violate("lost");
        one.join(other);
        assert_eq!((one.counted("kills"), one.violated), (4, 1));
        assert_eq!(one.complaints(), ["lost"]);
        assert_eq!(one.spans[0].1.len(), 2);
    }

    #[test]
    fn a_control_that_finds_nothing_makes_blind() {
        let mut findings = Findings::default();
        findings.control("a lie", 1);
        assert_eq!(findings.complaints(), [""; 0]);
        findings.control("a lie", 0);
        assert_eq!(findings.complaints(), ["blind: a lie was not noticed"]);
    }

    #[test]
    fn the_hundredth_from_above_is_one_of_the_values() {
        let spans: Vec<_> = (1..=200).collect();
        assert_eq!(percentile(&spans, 50), Some(&101));
        assert_eq!(percentile(&spans, 99), Some(&199));
        assert_eq!(percentile(&spans, 100), Some(&200));
        assert_eq!(percentile::<u32>(&[], 99), None);
    }
}
