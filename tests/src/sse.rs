//! Server-sent events (WHATWG HTML, section 9.2): a decoder without a socket, and its stream.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

/// Streams say that they live every 15 s; one that is silent for so long is broken.
const HEARD_WITHIN: Duration = Duration::from_secs(60);

/// One event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its type; `message` when none is named.
    pub name: String,
    /// Its lines, joined by line feeds.
    pub data: String,
    /// The last id the stream has named up to here, which a client resumes from.
    pub id: Option<String>,
}

/// An answer that goes on.
#[derive(Debug)]
pub struct EventStream {
    body: Incoming,
    decoder: Decoder,
}

impl EventStream {
    pub(crate) fn new(body: Incoming) -> Self {
        Self { body, decoder: Decoder::default() }
    }

    /// The next event; `None` when the server has ended the stream.
    ///
    /// # Errors
    /// When the stream breaks off, or stays silent for a minute.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.decoder.poll() {
                return Ok(Some(event));
            }
            let frame = timeout(HEARD_WITHIN, self.body.frame());
            match frame.await.context("the event stream fell silent")? {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(bytes) = frame.context("the event stream broke off")?.into_data() {
                        self.decoder.push(&bytes);
                    }
                }
            }
        }
    }
}

/// Bytes in, events out.
#[derive(Debug, Default)]
struct Decoder {
    line: Vec<u8>,
    name: String,
    data: Option<String>,
    id: Option<String>,
    ready: VecDeque<Event>,
}

impl Decoder {
    fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.end_line(String::from_utf8_lossy(&line).trim_end_matches('\r'));
            } else {
                self.line.push(byte);
            }
        }
    }

    fn poll(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    fn end_line(&mut self, line: &str) {
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "id" => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            // Comments have an empty name; the standard ignores unknown fields.
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let name = std::mem::take(&mut self.name);
        let Some(data) = self.data.take() else { return };
        let name = if name.is_empty() { "message".to_owned() } else { name };
        self.ready.push_back(Event { name, data, id: self.id.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(chunks: &[&str]) -> Vec<Event> {
        let mut decoder = Decoder::default();
        chunks.iter().for_each(|chunk| decoder.push(chunk.as_bytes()));
        std::iter::from_fn(|| decoder.poll()).collect()
    }

    fn event(name: &str, data: &str, id: Option<&str>) -> Event {
        Event { name: name.into(), data: data.into(), id: id.map(Into::into) }
    }

    #[test]
    fn events_are_cut_at_blank_lines_wherever_the_bytes_were_cut() {
        let expected = [event("mission", "{}", Some("1")), event("message", "a\nb", Some("1"))];
        let whole = "event: mission\nid: 1\ndata: {}\n\ndata: a\ndata: b\n\n";
        assert_eq!(decoded(&[whole]), expected);
        for cut in 1..whole.len() {
            assert_eq!(decoded(&[&whole[..cut], &whole[cut..]]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn comments_unknown_fields_and_events_without_data_are_passed_over() {
        assert_eq!(
            decoded(&[": alive\n\nretry: 5\nevent: empty\n\ndata:x\r\n\r\n"]),
            [event("message", "x", None)]
        );
    }

    #[test]
    fn an_event_that_was_not_ended_is_none() {
        assert_eq!(decoded(&["data: half"]), []);
        assert_eq!(decoded(&["data: half\n"]), []);
    }
}
