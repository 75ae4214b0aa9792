//! Bytes in, messages out.

use std::io::Cursor;

use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// A client names topics, at most a hundred ids: they fit several times.
pub(super) const MESSAGE_BYTES: usize = 16 * 1024;
/// What waits to be heard while the viewer takes nothing: any message with its header fits, and
/// what comes behind it stays with whoever sends it.
const WAITING_BYTES: usize = 2 * MESSAGE_BYTES;
/// RFC 6455, section 5.5.
const CONTROL_BYTES: u64 = 125;

/// Something that a client has said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    Text(String),
    /// To be given back.
    Ping(Vec<u8>),
    Pong,
    /// With the code to give back, where one was given.
    Close(Option<[u8; 2]>),
}

/// Why nothing more is heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Abuse {
    /// No frame of the protocol, or none that belongs here.
    Broken,
    TooLarge,
}

/// What has come in and is not yet a whole message.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    /// The parts of a text that is sent in several frames.
    text: Option<Vec<u8>>,
}

impl Inbox {
    /// More bytes, as they come.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether more may come in before what is there is heard.
    pub(super) const fn has_room(&self) -> bool {
        self.bytes.len() < WAITING_BYTES
    }

    /// The next thing that was said whole.
    ///
    /// # Errors
    /// [`Abuse`]; nothing that follows it has a meaning.
    pub(super) fn next(&mut self) -> Result<Option<Heard>, Abuse> {
        while let Some((header, payload)) = self.frame()? {
            if let Some(heard) = self.heard(&header, payload)? {
                return Ok(Some(heard));
            }
        }
        Ok(None)
    }

    fn frame(&mut self) -> Result<Option<(FrameHeader, Vec<u8>)>, Abuse> {
        let mut cursor = Cursor::new(self.bytes.as_slice());
        let parsed = FrameHeader::parse(&mut cursor).map_err(|_| Abuse::Broken)?;
        let Some((header, length)) = parsed else { return Ok(None) };
        let begin = cursor.position() as usize;
        let mask = header.mask.ok_or(Abuse::Broken)?;
        if header.rsv1 || header.rsv2 || header.rsv3 {
            return Err(Abuse::Broken);
        }
        if matches!(header.opcode, OpCode::Control(_)) {
            if length > CONTROL_BYTES || !header.is_final {
                return Err(Abuse::Broken);
            }
        } else if length > self.room() {
            return Err(Abuse::TooLarge);
        }
        let end = begin + length as usize;
        if self.bytes.len() < end {
            return Ok(None);
        }
        let masked = self.bytes[begin..end].iter().zip(mask.iter().cycle());
        let payload = masked.map(|(byte, mask)| byte ^ mask).collect();
        self.bytes.drain(..end);
        if self.bytes.is_empty() {
            // Most viewers say nothing for hours: they hold no buffer meanwhile.
            self.bytes = Vec::new();
        }
        Ok(Some((header, payload)))
    }

    fn heard(&mut self, header: &FrameHeader, payload: Vec<u8>) -> Result<Option<Heard>, Abuse> {
        match (header.opcode, self.text.take()) {
            (OpCode::Control(control), text) => {
                self.text = text;
                match control {
                    Control::Ping => Ok(Some(Heard::Ping(payload))),
                    Control::Pong => Ok(Some(Heard::Pong)),
                    Control::Close => closing(&payload).map(Some),
                    Control::Reserved(_) => Err(Abuse::Broken),
                }
            }
            (OpCode::Data(Data::Text), None) => self.part(payload, header.is_final),
            // Of parts that bring nothing there would be no end.
            (OpCode::Data(Data::Continue), Some(_)) if payload.is_empty() && !header.is_final => {
                Err(Abuse::Broken)
            }
            (OpCode::Data(Data::Continue), Some(mut text)) => {
                text.extend_from_slice(&payload);
                self.part(text, header.is_final)
            }
            (OpCode::Data(_), _) => Err(Abuse::Broken),
        }
    }

    fn part(&mut self, text: Vec<u8>, whole: bool) -> Result<Option<Heard>, Abuse> {
        if whole {
            let text = String::from_utf8(text).map_err(|_| Abuse::Broken)?;
            return Ok(Some(Heard::Text(text)));
        }
        self.text = Some(text);
        Ok(None)
    }

    fn room(&self) -> u64 {
        (MESSAGE_BYTES - self.text.as_ref().map_or(0, Vec::len)) as u64
    }
}

fn closing(payload: &[u8]) -> Result<Heard, Abuse> {
    match payload.split_first_chunk() {
        Some((code, reason)) => {
            str::from_utf8(reason).map_err(|_| Abuse::Broken)?;
            Ok(Heard::Close(Some(*code)))
        }
        None if payload.is_empty() => Ok(Heard::Close(None)),
        None => Err(Abuse::Broken),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    /// A frame as a client sends it; `first` holds the bit of the last part and the opcode.
    pub(in super::super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..126 => frame.push(0x80 | length as u8),
            length @ 126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    pub(in super::super) fn text(text: &str) -> Vec<u8> {
        frame(0x81, text.as_bytes())
    }

    fn all(inbox: &mut Inbox) -> Vec<Heard> {
        std::iter::from_fn(|| inbox.next().unwrap()).collect()
    }

    #[test]
    fn messages_are_put_together_wherever_the_bytes_were_cut() {
        let long = "x".repeat(300);
        let said = [
            text("one"),
            frame(0x01, b"tw"),
            frame(0x89, b"ping"),
            frame(0x80, b"o"),
            text(&long),
            frame(0x8a, b""),
            frame(0x88, &[0x03, 0xe8, b'b', b'y', b'e']),
        ]
        .concat();
        let expected = [
            Heard::Text("one".to_owned()),
            Heard::Ping(b"ping".to_vec()),
            Heard::Text("two".to_owned()),
            Heard::Text(long),
            Heard::Pong,
            Heard::Close(Some([0x03, 0xe8])),
        ];
        for cut in 0..=said.len() {
            let mut inbox = Inbox::default();
            inbox.push(&said[..cut]);
            let mut heard = all(&mut inbox);
            inbox.push(&said[cut..]);
            heard.extend(all(&mut inbox));
            assert_eq!(heard, expected, "cut at {cut}");
            assert_eq!(inbox.bytes.capacity(), 0, "it holds nothing when there is nothing");
        }
    }

    #[test]
    fn what_is_no_frame_from_a_client_is_refused() {
        let unmasked = vec![0x81, 0x01, b'a'];
        let table = [
            ("without a mask", unmasked),
            ("a reserved bit", frame(0xc1, b"a")),
            ("a reserved opcode", frame(0x83, b"a")),
            ("a reserved control", frame(0x8b, b"a")),
            ("bytes", frame(0x82, b"a")),
            ("no UTF-8", frame(0x81, &[0xff])),
            ("a part of nothing", frame(0x80, b"a")),
            ("a text within a text", [frame(0x01, b"a"), text("b")].concat()),
            ("a part without anything", [frame(0x01, b"a"), frame(0x00, b"")].concat()),
            ("a control in parts", frame(0x09, b"a")),
            ("a large control", frame(0x89, &[0; 126])),
            ("half a code", frame(0x88, &[0x03])),
            ("a reason that is no UTF-8", frame(0x88, &[0x03, 0xe8, 0xff])),
        ];
        for (what, bytes) in table {
            let mut inbox = Inbox::default();
            inbox.push(&bytes);
            assert_eq!(inbox.next(), Err(Abuse::Broken), "{what}");
        }
    }

    #[test]
    fn a_message_has_its_bound_in_one_part_or_in_many() {
        let mut inbox = Inbox::default();
        inbox.push(&text(&"x".repeat(MESSAGE_BYTES)));
        assert!(matches!(inbox.next(), Ok(Some(Heard::Text(_)))));
        // The header alone is enough to know.
        inbox.push(&text(&"x".repeat(MESSAGE_BYTES + 1))[..8]);
        assert_eq!(inbox.next(), Err(Abuse::TooLarge));
        let mut inbox = Inbox::default();
        inbox.push(&frame(0x01, &[b'x'; MESSAGE_BYTES]));
        assert_eq!(inbox.next(), Ok(None));
        inbox.push(&frame(0x80, b"x"));
        assert_eq!(inbox.next(), Err(Abuse::TooLarge));
        let mut inbox = Inbox::default();
        inbox.push(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        assert_eq!(inbox.next(), Err(Abuse::TooLarge));
    }
}
