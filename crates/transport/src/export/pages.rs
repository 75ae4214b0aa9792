//! A list as a body: the next page is read when the one before is taken.

use std::io;

use bytes::Bytes;
use futures::Stream;
use mission_control::Shown;
use mission_control::kernel::StoreError;
use mission_control::missions::ListPlace;
use mission_control_wire::EncodeError;

use super::Writer;

/// How many missions are read at first, while nobody knows how large they are: a mission may bring
/// some MiB.
pub(crate) const FIRST_ROWS: u32 = 20;

/// How many are read at most, however small they are: as many as a list may show, which any store
/// finds at once.
const MOST_ROWS: u32 = 200;

/// So many bytes are wanted at a time: enough to hide the way to the store, little beside what
/// else a process holds.
const PAGE_BYTES: usize = 1024 * 1024;

/// A part of the list, and where the next one begins.
pub(crate) struct Page {
    /// In order.
    pub(crate) rows: Vec<Shown>,
    /// `None` behind the last.
    pub(crate) next: Option<ListPlace>,
}

/// Where the file stands.
enum Stand {
    /// This page was read and is not written.
    Read(Page),
    /// The next page begins here.
    Before(ListPlace),
    Over,
}

struct Export<F> {
    read: F,
    writer: Writer,
    rows: u32,
    stand: Stand,
}

/// The file as `writer` writes it: `first`, and what `read` finds from a place on, at most so many
/// missions of it. Nothing is read before it is asked for, and nothing after an error, which cuts
/// the connection.
pub(crate) fn body<F, R>(
    writer: Writer,
    first: Page,
    read: F,
) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    F: Fn(ListPlace, u32) -> R + Send,
    R: Future<Output = Result<Page, StoreError>> + Send,
{
    let export = Export { read, writer, rows: FIRST_ROWS, stand: Stand::Read(first) };
    let begin = export.writer.begin();
    futures::stream::try_unfold((export, begin), |(mut export, begin)| async {
        let bytes = export.next(begin).await?;
        Ok(bytes.map(|bytes| (bytes, (export, Vec::new()))))
    })
}

impl<F, R> Export<F>
where
    F: Fn(ListPlace, u32) -> R,
    R: Future<Output = Result<Page, StoreError>>,
{
    /// What follows `out`, with it; `None` behind the end.
    async fn next(&mut self, mut out: Vec<u8>) -> io::Result<Option<Bytes>> {
        let page = match std::mem::replace(&mut self.stand, Stand::Over) {
            Stand::Over => return Ok(None),
            Stand::Read(page) => page,
            Stand::Before(place) => (self.read)(place, self.rows).await.map_err(torn)?,
        };
        let before = out.len();
        self.writer.append(&mut out, &page.rows).map_err(corrupt)?;
        self.rows = rows_for(page.rows.len(), out.len() - before);
        match page.next {
            Some(place) => self.stand = Stand::Before(place),
            None => out.extend_from_slice(&self.writer.end()),
        }
        Ok(Some(out.into()))
    }
}

/// How many missions bring the bytes that are wanted, by those that were just written.
fn rows_for(rows: usize, bytes: usize) -> u32 {
    let fit = rows.max(1).saturating_mul(PAGE_BYTES) / bytes.max(1);
    u32::try_from(fit).unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS)
}

fn torn(error: StoreError) -> io::Error {
    tracing::warn!(%error, "an export is cut: the next page could not be read");
    io::Error::other(error)
}

fn corrupt(error: EncodeError) -> io::Error {
    tracing::error!(%error, "an export is cut: a mission could not be written");
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::{StreamExt, TryStreamExt};
    use mission_control::kernel::Timestamp;

    use super::*;
    use crate::export::Format;

    fn page(next: bool) -> Page {
        let place =
            ListPlace { value: 1, id: "019126f4-5d40-7000-8000-000000000001".parse().unwrap() };
        Page { rows: Vec::new(), next: next.then_some(place) }
    }

    fn writer() -> Writer {
        Writer::new(Format::Json, Timestamp::MIN)
    }

    #[tokio::test]
    async fn a_page_is_read_when_it_is_asked_for_and_not_before() {
        let asked = Arc::new(AtomicU32::new(0));
        let read = |_, _| {
            let asked = asked.fetch_add(1, Ordering::SeqCst) + 1;
            async move { Ok(page(asked < 3)) }
        };
        let mut body = Box::pin(body(writer(), page(true), read));
        for expected in 0..4 {
            assert!(body.next().await.unwrap().is_ok());
            assert_eq!(asked.load(Ordering::SeqCst), expected);
        }
        assert!(body.next().await.is_none());
        drop(body);
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn trouble_midway_ends_the_file_without_an_end() {
        let read = |_, _| async { Err(StoreError::Unavailable("gone".into())) };
        let mut torn = Box::pin(body(writer(), page(true), read));
        assert_eq!(torn.next().await.unwrap().unwrap(), "{\"missions\":[");
        assert!(torn.next().await.unwrap().is_err());
        assert!(torn.next().await.is_none());
        let read = |_, _| async { Ok(page(false)) };
        let whole: Vec<Bytes> = body(writer(), page(true), read).try_collect().await.unwrap();
        let whole = whole.concat();
        let end = b"],\"count\":0,\"timestamp\":\"1970-01-01T00:00:00.000000Z\"}";
        assert!(whole.starts_with(b"{\"missions\":[") && whole.ends_with(end));
    }

    #[test]
    fn large_missions_come_in_small_pages() {
        assert_eq!(rows_for(20, 20 * 1_000), MOST_ROWS);
        assert_eq!(rows_for(20, 20 * 64 * 1024), 16);
        assert_eq!(rows_for(20, 20 * 4 * 1024 * 1024), 1);
        assert_eq!(rows_for(0, 0), MOST_ROWS);
    }
}
