//! What an executor says while it works, passed on in fewer words.

use std::sync::Arc;
use std::time::Duration;

use mission_control_missions::{LogLevel, LogLine, Progress, ProgressMessage, UsageReport};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::desk::{AWAY, CALL_WITHIN, Desk, within};
use super::held::Lease;
use super::source::{Answer, WorkReport};
use crate::executor::Report;
use crate::pace::Backoff;

/// Between two reports of progress on one mission; the latest one wins.
const PROGRESS_GAP: Duration = Duration::from_millis(100);

/// The longest that a line waits for others.
const LOG_GAP: Duration = Duration::from_millis(200);

/// The most lines that are sent together.
const LINES_TOGETHER: usize = 100;

/// How long a batch of lines is sent again that is not taken. The next ones are then tried once each,
/// until one is taken: lines are worth waiting for, but not the work.
const LINES_WITHIN: Duration = Duration::from_secs(120);

/// The most of a line that is kept.
const LINE_BYTES: usize = 8 * 1024;

/// Passes on the reports of one attempt.
///
/// While lines are being sent nothing is received, so that a store which is behind slows the
/// executor down instead of filling memory.
pub(super) struct Relay<'a> {
    desk: &'a Desk,
    lease: &'a Lease,
    progress: Option<(Progress, Option<ProgressMessage>)>,
    /// The totals said last.
    usage: UsageReport,
    /// Whether there is progress or usage that was not sent.
    news: bool,
    lines: Vec<LogLine>,
    /// Lines that were given up since the last one that was taken.
    dropped: usize,
    progress_due: Instant,
    lines_due: Instant,
}

impl<'a> Relay<'a> {
    pub(super) fn new(desk: &'a Desk, lease: &'a Lease) -> Self {
        let now = Instant::now();
        Self {
            desk,
            lease,
            progress: None,
            usage: UsageReport::default(),
            news: false,
            lines: Vec::new(),
            dropped: 0,
            progress_due: now,
            lines_due: now,
        }
    }

    /// Passes on until the executor is heard no more, then what is left of its lines. After
    /// `ended` nobody who still holds a reporter is waited for. Returns the last totals.
    ///
    /// A refusal revokes the lease.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Report>,
        ended: CancellationToken,
    ) -> UsageReport {
        let mut closing = false;
        loop {
            tokio::select! {
                biased;
                () = ended.cancelled(), if !closing => {
                    closing = true;
                    inbox.close();
                }
                () = sleep_until(self.lines_due), if !self.lines.is_empty() => {
                    self.send_lines().await;
                }
                // An attempt that has ended tells its last totals with its end.
                () = sleep_until(self.progress_due), if self.news && !closing => {
                    self.send_progress().await;
                }
                report = inbox.recv() => match report {
                    Some(report) => self.hear(report).await,
                    None => break,
                }
            }
        }
        self.send_lines().await;
        self.usage
    }

    async fn hear(&mut self, report: Report) {
        match report {
            Report::Progress { progress, message } => {
                self.progress = Some((progress, message));
                self.news = true;
            }
            Report::Usage(usage) => {
                self.usage = later(usage, self.usage);
                self.news = true;
            }
            Report::Log { level, text } => {
                if self.lines.is_empty() {
                    self.lines_due = Instant::now() + LOG_GAP;
                }
                self.lines.push(self.line(level, &text));
                if self.lines.len() >= LINES_TOGETHER {
                    self.send_lines().await;
                }
            }
        }
    }

    fn line(&self, level: LogLevel, text: &str) -> LogLine {
        let lease = Some(self.lease.held.lease);
        LogLine { n: 0, at: self.desk.clock.now(), level, text: clean(text), lease }
    }

    /// Progress that is not taken is overtaken: it is sent once.
    async fn send_progress(&mut self) {
        let (progress, message) = match self.progress.take() {
            Some((progress, message)) => (Some(progress), message),
            None => (None, None),
        };
        let report = WorkReport::Progress { progress, message, usage: self.usage };
        self.news = false;
        let sent = Instant::now();
        self.progress_due = sent + PROGRESS_GAP;
        let call = self.desk.source.report(self.desk.agent(), self.lease.held, report);
        match within(CALL_WITHIN, call).await {
            Ok(answer) => self.note(answer, sent),
            Err(error) => debug!(%error, mission = %self.lease.held.mission, "progress was lost"),
        }
    }

    /// Lines are sent until they are taken or given up, in their order; whoever runs this gives up
    /// with the lease.
    async fn send_lines(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let mut lines = std::mem::take(&mut self.lines);
        let count = lines.len();
        let give_up = match self.dropped {
            0 => Instant::now() + LINES_WITHIN,
            dropped => {
                let gap = format!("{dropped} lines before this one could not be stored");
                lines.insert(0, self.line(LogLevel::Warn, &gap));
                Instant::now()
            }
        };
        let mut backoff = Backoff::new(AWAY.0, AWAY.1);
        loop {
            let sent = Instant::now();
            let lines = lines.clone();
            let call = self.desk.source.log(self.desk.agent(), self.lease.held, lines);
            match within(CALL_WITHIN, call).await {
                Ok(answer) => {
                    self.note(answer, sent);
                    self.dropped = 0;
                    return;
                }
                Err(error) if Instant::now() >= give_up => {
                    warn!(%error, mission = %self.lease.held.mission, count, "lines were lost");
                    self.dropped += count;
                    return;
                }
                Err(error) => debug!(%error, mission = %self.lease.held.mission, "lines wait"),
            }
            sleep(backoff.next()).await;
        }
    }

    fn note(&self, answer: Answer, sent: Instant) {
        match answer {
            Answer::Taken => self.lease.extended(sent),
            Answer::LeaseOver => self.lease.revoke(),
        }
    }
}

/// The totals of `new`, and those of `old` about which it is silent.
pub(super) fn later(new: UsageReport, old: UsageReport) -> UsageReport {
    UsageReport {
        tokens_used: new.tokens_used.or(old.tokens_used),
        tokens_in: new.tokens_in.or(old.tokens_in),
        tokens_out: new.tokens_out.or(old.tokens_out),
        cost: new.cost.or(old.cost),
    }
}

/// What both stores can hold: no control characters but tabs, and no more than is kept.
fn clean(text: &str) -> Arc<str> {
    let kept = &text[..text.floor_char_boundary(LINE_BYTES)];
    let refused = |c: char| c.is_control() && c != '\t';
    if !kept.contains(refused) {
        return kept.into();
    }
    let clean: String =
        kept.chars().map(|c| if refused(c) { char::REPLACEMENT_CHARACTER } else { c }).collect();
    clean[..clean.floor_char_boundary(LINE_BYTES)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_eight_kibibytes_and_holds_no_control_characters() {
        assert_eq!(&*clean("a\tb\0c"), "a\tb\u{fffd}c");
        assert_eq!(clean(&"ü".repeat(5_000)).len(), LINE_BYTES);
        let all_refused = clean(&"\u{1}".repeat(LINE_BYTES));
        assert!(all_refused.len() <= LINE_BYTES && all_refused.chars().all(|c| c == '\u{fffd}'));
    }

    #[test]
    fn later_totals_keep_what_only_earlier_ones_said() {
        let old = UsageReport { tokens_used: Some(5), tokens_in: Some(3), ..Default::default() };
        let new = UsageReport { tokens_used: Some(9), ..Default::default() };
        let both = later(new, old);
        assert_eq!((both.tokens_used, both.tokens_in), (Some(9), Some(3)));
    }
}
