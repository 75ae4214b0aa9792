//! One WebSocket from its handshake to its end.

use std::io::{self, IoSlice};
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, pending};
use tokio::time::{Instant, sleep_until};
use tungstenite::protocol::frame::coding::Control;

use super::outbox::{Outbox, PARTS, control_message};
use super::talk::{Action, Code, Talk};
use crate::live::print::Print;
use crate::live::protocol::Watch;
use crate::live::topics::Topics;
use crate::live::viewer::{Ended, Viewer};
use crate::metrics::Viewing;
use crate::server::Switched;

/// What is read at a time: everything a viewer usually says, on the stack.
const READ_BYTES: usize = 2 * 1024;

/// Frames sent in a row before somebody who is far behind is asked whether they may still see more.
const FRAMES_IN_A_ROW: u32 = 16;

/// One viewer and its connection.
pub(in crate::live) struct Socket {
    stream: Switched,
    viewer: Viewer,
    talk: Talk,
    outbox: Outbox,
    viewing: Viewing,
    over: BoxFuture<'static, ()>,
}

/// Nothing more can be read or written.
struct HungUp;

impl Socket {
    /// Begins with `first`, and ends when the session or token is `over`. What is in `early` came in together
    /// with the handshake.
    pub(in crate::live) fn new(
        stream: Switched,
        early: Bytes,
        viewer: Viewer,
        first: Vec<Arc<Print>>,
        viewing: Viewing,
        over: BoxFuture<'static, ()>,
    ) -> Self {
        let now = Instant::now();
        let (mut talk, mut outbox) = (Talk::new(now), Outbox::default());
        talk.receive(&early, now);
        first.iter().for_each(|print| outbox.push(print.message().clone()));
        viewing.sent(first.len() as u64);
        Self { stream, viewer, talk, outbox, viewing, over }
    }

    /// Talks until one side ends it.
    pub(in crate::live) async fn run(mut self) {
        // Either way the stream is dropped, and with it closed.
        let Err(HungUp) = self.talk().await;
    }

    async fn talk(&mut self) -> Result<std::convert::Infallible, HungUp> {
        let mut prints = Vec::new();
        let mut alarm = Box::pin(sleep_until(self.talk.alarm()));
        let mut in_a_row = 0_u32;
        loop {
            self.write()?;
            if self.talk.listens() {
                self.read()?;
            }
            while let Some(action) = self.talk.poll(Instant::now()) {
                self.act(action, &mut prints).await?;
                // At once: the next is not heard before this one's answer is taken.
                self.write()?;
            }
            if self.talk.wants_news() {
                if let Err(ended) = self.viewer.next(&mut prints).await {
                    self.farewell(&ended);
                    continue;
                }
                if !prints.is_empty() {
                    self.send(&mut prints);
                    in_a_row += 1;
                    if in_a_row.is_multiple_of(FRAMES_IN_A_ROW)
                        && (&mut self.over).now_or_never().is_some()
                    {
                        self.is_over();
                    }
                    continue;
                }
            }
            in_a_row = 0;
            let (stuck, waits) = (!self.outbox.is_empty(), self.talk.wants_news());
            let listens = self.talk.listens();
            alarm.as_mut().reset(self.talk.alarm());
            tokio::select! {
                read = self.stream.readable(), if listens => read.map_err(|_| HungUp)?,
                wrote = self.stream.writable(), if stuck => wrote.map_err(|_| HungUp)?,
                () = self.viewer.moved(), if waits => {}
                () = &mut self.over => self.is_over(),
                () = alarm.as_mut() => {}
            }
        }
    }

    fn is_over(&mut self) {
        self.over = pending().boxed();
        self.talk.end(Code::SessionOver, "the session or token is over: sign in again");
    }

    async fn act(&mut self, action: Action, prints: &mut Vec<Arc<Print>>) -> Result<(), HungUp> {
        match action {
            Action::Subscribe(topics) => {
                let added = self.watch_of(topics.clone());
                match self.viewer.watch().topics.with(&topics) {
                    Ok(all) => self.turn_to(all, Some(added), prints).await,
                    Err(_) => self.talk.end(Code::Abuse, "too many topics"),
                }
            }
            Action::Unsubscribe(topics) => {
                let rest = self.viewer.watch().topics.without(&topics);
                self.turn_to(rest, None, prints).await;
            }
            Action::Beat => match self.viewer.beat() {
                Ok(beat) => self.outbox.push(beat.message().clone()),
                Err(problem) => self.farewell(&Ended::Failed(problem)),
            },
            Action::Ping => self.outbox.push(control_message(Control::Ping, &[])),
            Action::Pong(payload) => self.outbox.push(control_message(Control::Pong, &payload)),
            Action::Close(code, reason) => {
                tracing::debug!(?code, reason, "a live socket is closed");
                if code == Code::TooSlow {
                    self.viewing.too_slow();
                }
                self.outbox.forget();
                let payload = [&code.bytes(), reason.as_bytes()].concat();
                self.outbox.push(control_message(Control::Close, &payload));
            }
            Action::Goodbye(code) => {
                self.outbox.forget();
                let payload = code.as_ref().map_or(&[][..], |code| code);
                self.outbox.push(control_message(Control::Close, payload));
            }
            Action::Cut => return Err(HungUp),
        }
        Ok(())
    }

    async fn turn_to(
        &mut self,
        topics: Topics,
        added: Option<Watch>,
        prints: &mut Vec<Arc<Print>>,
    ) {
        let watch = self.watch_of(topics);
        match Box::pin(self.viewer.turn_to(watch, added.as_ref(), prints)).await {
            Ok(()) => self.send(prints),
            Err(ended) => self.farewell(&ended),
        }
    }

    fn watch_of(&self, topics: Topics) -> Watch {
        Watch { topics, ..self.viewer.watch().clone() }
    }

    fn send(&mut self, prints: &mut Vec<Arc<Print>>) {
        self.viewing.sent(prints.len() as u64);
        for print in prints.drain(..) {
            self.outbox.push(print.message().clone());
        }
    }

    fn farewell(&mut self, ended: &Ended) {
        tracing::debug!(%ended, "a live socket has to end");
        match ended {
            Ended::TooSlow => self.talk.end(Code::TooSlow, "fell too far behind: resume"),
            Ended::Draining => self.talk.end(Code::Restart, "this process ends: resume"),
            Ended::Failed(_) => self.talk.end(Code::Restart, "try again later: resume"),
        }
    }

    /// Writes what waits, in as few calls as it takes.
    fn write(&mut self) -> Result<(), HungUp> {
        while !self.outbox.is_empty() {
            let mut parts = [IoSlice::new(&[]); PARTS];
            let count = self.outbox.parts(&mut parts);
            match self.stream.try_write_vectored(&parts[..count]) {
                Ok(0) => return Err(HungUp),
                Ok(wrote) => {
                    self.outbox.wrote(wrote);
                    self.talk.took();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.talk.stalled(Instant::now());
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(HungUp),
            }
        }
        self.talk.took_all();
        Ok(())
    }

    fn read(&mut self) -> Result<(), HungUp> {
        let mut buffer = [0; READ_BYTES];
        match self.stream.try_read(&mut buffer) {
            Ok(0) => Err(HungUp),
            Ok(count) => {
                self.talk.receive(&buffer[..count], Instant::now());
                Ok(())
            }
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(()),
                _ => Err(HungUp),
            },
        }
    }
}
