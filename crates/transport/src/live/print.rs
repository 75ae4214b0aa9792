//! Frames, written once for all who get them.

use std::sync::OnceLock;

use bytes::Bytes;
use mission_control_wire::live::Frame;
use mission_control_wire::{EncodeError, to_bytes};

use super::{sse, websocket};

/// One frame, ready for every way in which it can travel.
#[derive(Debug)]
pub(super) struct Print {
    /// Up to where whoever has got it knows the journal.
    pub(super) upto: i64,
    /// From where a viewer that got it last may resume; none behind a greeting, since whoever loses
    /// the stream there still lacks the snapshot.
    cursor: Option<String>,
    greets: bool,
    message: Bytes,
    json_at: usize,
    event: OnceLock<Bytes>,
}

impl Print {
    /// `frame`, behind which the place `upto` is known.
    pub(super) fn of(frame: &Frame<'_>, upto: i64) -> Result<Self, EncodeError> {
        let json = to_bytes(frame)?;
        let message = websocket::text_message(&json);
        let cursor = match frame {
            Frame::Hello { .. } | Frame::Resync { .. } => None,
            Frame::Snapshot(snapshot) => Some(snapshot.cursor),
            Frame::Events { cursor, .. } => *cursor,
            Frame::Beat { cursor, .. } => Some(*cursor),
        };
        Ok(Self {
            upto,
            cursor: cursor.map(str::to_owned),
            greets: matches!(frame, Frame::Hello { .. }),
            json_at: message.len() - json.len(),
            message,
            event: OnceLock::new(),
        })
    }

    /// How much memory it may come to hold on to, about: always the same, since whoever counts it
    /// takes off later what it has added, and the second form is written in between.
    pub(super) fn size(&self) -> usize {
        2 * (self.message.len() + self.cursor.as_ref().map_or(0, String::len))
    }

    /// As one message of a WebSocket, with its header.
    pub(super) const fn message(&self) -> &Bytes {
        &self.message
    }

    /// As a server-sent event.
    pub(super) fn event(&self) -> Bytes {
        let json = &self.message[self.json_at..];
        let event = || sse::event(json, self.cursor.as_deref(), self.greets);
        self.event.get_or_init(event).clone()
    }
}
