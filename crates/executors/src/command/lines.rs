//! A pipe as lines, whoever writes to it and however long they are.

use std::time::Duration;

use mission_control::kernel::MAX_JSON_BYTES;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How much of one line is held: the largest result with its directive before it.
pub(super) const LINE_HELD: usize = MAX_JSON_BYTES + 64;

/// How long the end of the pipe is waited for once the program is gone; whoever still holds it then
/// has escaped us.
const PATIENCE: Duration = Duration::from_secs(1);

/// How much is read once the program is gone: the most that a pipe holds for an unprivileged
/// process on Linux (`pipe-max-size`). More comes from somebody else.
const LEFT_IN_PIPE: usize = 1024 * 1024;

/// How much is asked of the pipe at once.
const CHUNK: usize = 16 * 1024;

/// What a line ended with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// A line feed, or the end of the pipe.
    Feed,
    /// A carriage return: what comes next is written over it, or is its line feed.
    Return,
}

/// One line without its end.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Line<'a> {
    /// At most [`LINE_HELD`] bytes of it.
    pub(super) bytes: &'a [u8],
    /// How many more bytes it had.
    pub(super) lost: u64,
    pub(super) end: End,
}

/// Reads lines until the pipe ends, or soon after `over` is cancelled.
#[derive(Debug)]
pub(super) struct Lines<R> {
    pipe: R,
    over: CancellationToken,
    patience: Duration,
    left_in_pipe: usize,
    chunk: Box<[u8; CHUNK]>,
    /// The part of `chunk` that was not handed out yet.
    unread: std::ops::Range<usize>,
    line: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// The lines of `pipe`; `over` says that the program that owned it is gone.
    pub(super) fn new(pipe: R, over: CancellationToken) -> Self {
        Self {
            pipe,
            over,
            patience: PATIENCE,
            left_in_pipe: LEFT_IN_PIPE,
            chunk: Box::new([0; CHUNK]),
            unread: 0..0,
            line: Vec::new(),
        }
    }

    /// The next line; the last one needs no end.
    pub(super) async fn next(&mut self) -> Option<Line<'_>> {
        self.line.clear();
        let mut lost = 0;
        let mut begun = false;
        loop {
            if self.unread.is_empty() && !self.fill().await {
                return begun.then_some(Line { bytes: &self.line, lost, end: End::Feed });
            }
            begun = true;
            let unread = &self.chunk[self.unread.clone()];
            let at = unread.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let end = at.map(|at| if unread[at] == b'\n' { End::Feed } else { End::Return });
            let piece = &unread[..at.unwrap_or(unread.len())];
            let held = piece.len().min(LINE_HELD - self.line.len());
            self.line.extend_from_slice(&piece[..held]);
            lost += (piece.len() - held) as u64;
            self.unread.start += piece.len();
            if let Some(end) = end {
                self.unread.start += 1;
                return Some(Line { bytes: &self.line, lost, end });
            }
        }
    }

    /// Reads some more; `false` at the end.
    async fn fill(&mut self) -> bool {
        let read = tokio::select! {
            biased;
            read = self.pipe.read(&mut self.chunk[..]), if !self.over.is_cancelled() => read,
            () = self.over.cancelled() => return self.fill_from_what_is_left().await,
        };
        // A pipe that cannot be read has ended as far as we are concerned.
        self.unread = 0..read.unwrap_or(0);
        !self.unread.is_empty()
    }

    /// Only the time spent waiting for the pipe counts, not that spent waiting for the reporter.
    async fn fill_from_what_is_left(&mut self) -> bool {
        let most = self.left_in_pipe.min(CHUNK);
        let since = Instant::now();
        let read = timeout(self.patience, self.pipe.read(&mut self.chunk[..most])).await;
        self.patience = self.patience.saturating_sub(since.elapsed());
        let read = read.unwrap_or(Ok(0)).unwrap_or(0);
        self.left_in_pipe -= read;
        self.unread = 0..read;
        read > 0
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    async fn all(pipe: impl AsyncRead + Unpin, over: CancellationToken) -> Vec<(Vec<u8>, u64)> {
        let mut lines = Lines::new(pipe, over);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await {
            all.push((line.bytes.to_vec(), line.lost));
        }
        all
    }

    #[tokio::test]
    async fn lines_end_with_a_line_feed_or_with_the_pipe() {
        let lines = all(&b"one\n\ntwo"[..], CancellationToken::new()).await;
        let expected = [(b"one".to_vec(), 0), (b"".to_vec(), 0), (b"two".to_vec(), 0)];
        assert_eq!(lines, expected);
    }

    #[tokio::test]
    async fn a_carriage_return_ends_a_line_at_once() {
        let mut lines = Lines::new(&b"10%\r20%\r\nend"[..], CancellationToken::new());
        let mut seen = Vec::new();
        while let Some(line) = lines.next().await {
            seen.push((String::from_utf8_lossy(line.bytes).into_owned(), line.end));
        }
        let seen: Vec<_> = seen.iter().map(|(text, end)| (text.as_str(), *end)).collect();
        let expected =
            [("10%", End::Return), ("20%", End::Return), ("", End::Feed), ("end", End::Feed)];
        assert_eq!(seen, expected);
    }

    #[tokio::test]
    async fn a_line_longer_than_is_held_does_not_spoil_the_next() {
        let mut text = vec![b'x'; LINE_HELD + 100_000];
        text.extend_from_slice(b"\nnext\n");
        let lines = all(&text[..], CancellationToken::new()).await;
        assert_eq!(lines[0], (vec![b'x'; LINE_HELD], 100_000));
        assert_eq!(lines[1], (b"next".to_vec(), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pipe_that_a_stranger_holds_open_is_given_up() {
        let (mut writer, reader) = tokio::io::duplex(64);
        writer.write_all(b"said before\nhalf").await.unwrap();
        let over = CancellationToken::new();
        over.cancel();
        let since = Instant::now();
        let lines = all(reader, over).await;
        assert_eq!(lines, [(b"said before".to_vec(), 0), (b"half".to_vec(), 0)]);
        assert_eq!(since.elapsed(), PATIENCE);
        drop(writer);
    }

    #[tokio::test]
    async fn a_stranger_who_writes_for_ever_is_not_listened_to_for_ever() {
        let over = CancellationToken::new();
        over.cancel();
        let lines = all(tokio::io::repeat(b'\n'), over).await;
        assert_eq!(lines.len(), LEFT_IN_PIPE);
    }
}
