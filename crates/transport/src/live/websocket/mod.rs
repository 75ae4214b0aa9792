//! Frames over a WebSocket (RFC 6455).
//!
//! `handshake` answers the request, `inbox` makes messages of bytes, `talk` decides what follows
//! from them and from silence, all three without a socket; `outbox` holds what is being written;
//! `socket` owns the stream and lets them meet. What goes out was written once for everybody by the
//! audience, header included, so nothing is copied for a viewer.

mod handshake;
mod inbox;
mod outbox;
mod socket;
mod talk;

pub(super) use handshake::{Accepted, accept};
pub(super) use outbox::text_message;
pub(super) use socket::Socket;
