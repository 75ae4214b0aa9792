//! Frames as server-sent events.

use bytes::Bytes;
use mission_control_wire::live::Frame;
use mission_control_wire::{EncodeError, to_bytes};

/// When a browser that has lost the stream comes back, in milliseconds.
const RETRY_MILLIS: u32 = 1_000;

/// One event. Frames from whose cursor a viewer may resume carry it as the event's id; a greeting
/// does not, since whoever loses the stream behind it still lacks the snapshot.
pub(super) fn event(frame: &Frame<'_>) -> Result<Bytes, EncodeError> {
    let json = to_bytes(frame)?;
    let mut event = Vec::with_capacity(json.len() + 128);
    match frame {
        Frame::Hello { .. } => {
            event.extend_from_slice(format!("retry: {RETRY_MILLIS}\n").as_bytes());
        }
        Frame::Resync { .. } => {}
        Frame::Snapshot(snapshot) => id(snapshot.cursor, &mut event),
        Frame::Events { cursor, .. } | Frame::Beat { cursor, .. } => id(cursor, &mut event),
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(&json);
    event.extend_from_slice(b"\n\n");
    Ok(event.into())
}

fn id(cursor: &str, event: &mut Vec<u8>) {
    event.extend_from_slice(b"id: ");
    event.extend_from_slice(cursor.as_bytes());
    event.push(b'\n');
}

#[cfg(test)]
mod tests {
    use mission_control::kernel::Timestamp;
    use mission_control_wire::Word;
    use mission_control_wire::live::ResyncReason;

    use super::*;

    #[test]
    fn only_what_can_be_resumed_from_has_an_id() {
        let server_time = Word(Timestamp::MIN);
        let beat = event(&Frame::Beat { cursor: "c7", server_time }).unwrap();
        let expected = "id: c7\ndata: {\"type\":\"beat\",\"cursor\":\"c7\",\
                        \"server_time\":\"1970-01-01T00:00:00Z\"}\n\n";
        assert_eq!(beat, expected);
        let resync = event(&Frame::Resync { reason: ResyncReason::TooOld }).unwrap();
        assert_eq!(resync, "data: {\"type\":\"resync\",\"reason\":\"too_old\"}\n\n");
    }
}
