//! Listens to one stream of a program.

use mission_control::kernel::{JsonText, MAX_JSON_BYTES};
use mission_control::missions::{Failure, UsageReport};
use mission_control::{LogLevel, Reporter};
use tokio::io::AsyncRead;
use tokio::time::Instant;

use super::clean::{clean, cut};
use super::directive::{self, Directive};
use super::lines::{End, Line, Lines};
use super::standing::Standing;

/// The longest line that is logged, in bytes: what a log line may hold.
pub(super) const LINE_BYTES: usize = 8 * 1024;

/// How much of one stream is logged, in bytes: enough to see what a program did, little enough that
/// one that runs wild fills no store.
const STREAM_BYTES: usize = 1024 * 1024;

/// Which stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    const fn name(self) -> &'static str {
        match self {
            Self::Stdout => "standard output",
            Self::Stderr => "standard error",
        }
    }

    const fn level(self) -> LogLevel {
        match self {
            Self::Stdout => LogLevel::Info,
            Self::Stderr => LogLevel::Warn,
        }
    }
}

/// What one stream said, directives apart.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The last `::result`.
    pub(super) result: Option<JsonText>,
    /// The last `::fail`.
    pub(super) failure: Option<Failure>,
    /// The highest totals of all `::usage`.
    pub(super) usage: UsageReport,
    /// The last plain line that is not blank.
    pub(super) last_line: Vec<u8>,
    /// All plain lines, when they were asked for.
    pub(super) whole: Whole,
}

/// A stream from its beginning.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// At most [`MAX_JSON_BYTES`] bytes, whatever they contain.
    pub(super) bytes: Vec<u8>,
    /// Whether there was more.
    pub(super) is_cut: bool,
}

/// Reports `lines` as they come and keeps what the outcome of the attempt depends on.
pub(super) async fn listen<R: AsyncRead + Unpin>(
    mut lines: Lines<R>,
    stream: Stream,
    keeps_whole: bool,
    reporter: &Reporter,
) -> Heard {
    let mut heard = Heard::default();
    let mut log = Log {
        reporter,
        stream,
        standing: Standing::default(),
        logged: 0,
        lines_dropped: 0,
        bytes_dropped: 0,
    };
    while let Some(line) = lines.next().await {
        match directive_in(&line) {
            None => {
                log.plain(&line).await;
                heard.plain(&line, keeps_whole);
                continue;
            }
            Some(Ok(directive)) => heard.obey(directive, reporter).await,
            Some(Err(problem)) => {
                let said = clean(&line.bytes[..line.bytes.len().min(LINE_BYTES)]);
                let text = format!("ignored `{}`: {problem}", cut(&said, 200));
                log.text(LogLevel::Warn, &text).await;
            }
        }
        log.standing.said(line.end);
    }
    log.close().await;
    heard
}

fn directive_in(line: &Line<'_>) -> Option<Result<Directive, String>> {
    if !line.bytes.starts_with(b"::") {
        return None;
    }
    let parsed = directive::parse(&String::from_utf8_lossy(line.bytes))?;
    if line.lost > 0 { Some(Err("the line is too long".to_owned())) } else { Some(parsed) }
}

impl Heard {
    fn plain(&mut self, line: &Line<'_>, keeps_whole: bool) {
        if !line.bytes.trim_ascii().is_empty() {
            self.last_line.clear();
            self.last_line.extend_from_slice(line.bytes);
        }
        if keeps_whole {
            self.whole.push(line);
        }
    }

    async fn obey(&mut self, directive: Directive, reporter: &Reporter) {
        match directive {
            Directive::Progress(progress, message) => reporter.progress(progress, message).await,
            Directive::Usage(report) => {
                self.usage = highest(self.usage, report);
                reporter.usage(report).await;
            }
            Directive::Result(result) => self.result = Some(result),
            Directive::Fail(failure) => self.failure = Some(failure),
        }
    }
}

/// Totals only rise: for each of them the higher one that was told.
pub(super) fn highest(one: UsageReport, other: UsageReport) -> UsageReport {
    UsageReport {
        tokens_used: one.tokens_used.max(other.tokens_used),
        tokens_in: one.tokens_in.max(other.tokens_in),
        tokens_out: one.tokens_out.max(other.tokens_out),
        cost: one.cost.max(other.cost),
    }
}

impl Whole {
    fn push(&mut self, line: &Line<'_>) {
        let room = MAX_JSON_BYTES - self.bytes.len();
        let taken = line.bytes.len().min(room);
        self.bytes.extend_from_slice(&line.bytes[..taken]);
        self.is_cut |= taken < line.bytes.len() || line.lost > 0;
        if self.bytes.len() < MAX_JSON_BYTES {
            self.bytes.push(match line.end {
                End::Feed => b'\n',
                End::Return => b'\r',
            });
        }
    }
}

/// The log of one stream, up to its cap.
struct Log<'a> {
    reporter: &'a Reporter,
    stream: Stream,
    /// The line that is being written over.
    standing: Standing,
    logged: usize,
    lines_dropped: u64,
    bytes_dropped: u64,
}

impl Log<'_> {
    async fn plain(&mut self, line: &Line<'_>) {
        if self.lines_dropped > 0 {
            // Draining a program that runs wild costs no cleaning.
            return self.drop_line(line.bytes.len() as u64 + line.lost);
        }
        if let Some(shown) = self.standing.hear(line, Instant::now()) {
            self.text(self.stream.level(), &clean(&shown)).await;
        }
    }

    async fn text(&mut self, level: LogLevel, text: &str) {
        let text = cut(text, LINE_BYTES);
        if self.lines_dropped > 0 || self.logged + text.len() > STREAM_BYTES {
            return self.drop_line(text.len() as u64);
        }
        self.logged += text.len() + 1;
        self.reporter.log(level, text).await;
    }

    fn drop_line(&mut self, bytes: u64) {
        self.lines_dropped += 1;
        self.bytes_dropped += bytes;
    }

    async fn close(mut self) {
        if let Some(shown) = self.standing.left() {
            self.text(self.stream.level(), &clean(&shown)).await;
        }
        if self.lines_dropped == 0 {
            return;
        }
        let text = format!(
            "{} more lines ({} bytes) of {} are not kept: the first {STREAM_BYTES} bytes are",
            self.lines_dropped,
            self.bytes_dropped,
            self.stream.name(),
        );
        self.reporter.log(LogLevel::Warn, text).await;
    }
}
