//! The end of a process: asked for by a signal, done in order, and never waited for without bound.

use std::future::{Future, pending};
use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::signal::unix::{self, SignalKind};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How long work in flight may go on once draining began; most of it needs a moment.
pub const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// How long the whole end may take: below the 30 s after which Kubernetes kills.
pub const EXIT_WITHIN: Duration = Duration::from_secs(25);

/// The two steps of the end, for everybody to look at; clones share them.
///
/// *Draining*: not ready any more, nothing new is begun, clients are sent elsewhere, work in flight
/// goes on. *Stopping*: what is left is released and aborted.
#[derive(Clone, Debug)]
pub struct Shutdown {
    draining: CancellationToken,
    stopping: CancellationToken,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// Not begun.
    #[must_use]
    pub fn new() -> Self {
        let stopping = CancellationToken::new();
        Self { draining: stopping.child_token(), stopping }
    }

    /// Begins draining; again changes nothing.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Begins stopping, and draining with it.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Cancelled when draining begins.
    #[must_use]
    pub fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// Cancelled when stopping begins.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Runs `service` until it ends, and sees to it that it does once somebody wants that.
    ///
    /// The first signal, or a call of [`Self::drain`], begins draining; [`DRAIN_WITHIN`] later
    /// stopping begins; [`EXIT_WITHIN`] after the begin, or at a second signal, `service` is
    /// dropped.
    pub async fn govern<F: Future>(&self, mut signals: Signals, service: F) -> Ending<F::Output> {
        self.govern_with(async || signals.next().await, service).await
    }

    async fn govern_with<F: Future>(
        &self,
        mut next_signal: impl AsyncFnMut() -> Signal,
        service: F,
    ) -> Ending<F::Output> {
        let mut service = pin!(service);
        tokio::select! {
            biased;
            output = &mut service => return Ending::Finished(output),
            signal = next_signal() => {
                info!(signal = signal.name(), "draining; a second signal ends at once");
                self.drain();
            }
            () = self.draining.cancelled() => info!("draining"),
        }
        tokio::select! {
            biased;
            output = &mut service => Ending::Finished(output),
            signal = next_signal() => {
                warn!(signal = signal.name(), "ending at once");
                Ending::Forced(signal)
            }
            () = self.stop_in_time() => Ending::Overdue,
        }
    }

    /// Returns when the time for an orderly end is over.
    async fn stop_in_time(&self) {
        sleep(DRAIN_WITHIN).await;
        info!("stopping what is left");
        self.stop();
        sleep(EXIT_WITHIN - DRAIN_WITHIN).await;
        warn!(seconds = EXIT_WITHIN.as_secs(), "the end took too long; leaving work behind");
    }
}

/// How [`Shutdown::govern`] ended, for `main` to make an exit code of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending<T> {
    /// The service ended by itself or after draining, with this.
    Finished(T),
    /// A second signal came: the process should exit at once, with [`Signal::exit_code`].
    Forced(Signal),
    /// The service was still there after [`EXIT_WITHIN`].
    Overdue,
}

/// A wish from outside that the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// SIGTERM, from a supervisor.
    Terminate,
    /// SIGINT, from a keyboard.
    Interrupt,
}

impl Signal {
    /// What a shell reports for a process that this signal ended: 128 and the signal's number.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Terminate => 143,
            Self::Interrupt => 130,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
        }
    }
}

/// The signals to this process, from the moment of [`Self::listen`] on.
#[derive(Debug)]
pub struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
}

impl Signals {
    /// Takes SIGTERM and SIGINT over from the system; needs a Tokio runtime with its I/O driver.
    ///
    /// # Errors
    /// What the system says.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: unix::signal(SignalKind::terminate())?,
            interrupt: unix::signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.terminate.recv() => Signal::Terminate,
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            else => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    use super::*;

    struct Keyboard(mpsc::UnboundedReceiver<Signal>);

    impl Keyboard {
        fn pressing(signals: &[Signal]) -> Self {
            let (sender, receiver) = mpsc::unbounded_channel();
            for signal in signals {
                sender.send(*signal).unwrap();
            }
            Self(receiver)
        }

        async fn next(&mut self) -> Signal {
            match self.0.recv().await {
                Some(signal) => signal,
                None => pending().await,
            }
        }
    }

    async fn govern<T>(
        shutdown: &Shutdown,
        signals: &[Signal],
        service: impl Future<Output = T>,
    ) -> (Ending<T>, Duration) {
        let begin = Instant::now();
        let mut keyboard = Keyboard::pressing(signals);
        let ending = shutdown.govern_with(async || keyboard.next().await, service).await;
        (ending, begin.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_ends_by_itself_is_not_shut_down() {
        let shutdown = Shutdown::new();
        let (ending, _) = govern(&shutdown, &[], async { "done" }).await;
        assert_eq!(ending, Ending::Finished("done"));
        assert!(!shutdown.draining().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_drains_and_leaves_work_in_flight_alone() {
        let shutdown = Shutdown::new();
        let service = async {
            shutdown.draining().cancelled().await;
            shutdown.stopping().is_cancelled()
        };
        let (ending, _) = govern(&shutdown, &[Signal::Terminate], service).await;
        assert_eq!(ending, Ending::Finished(false));
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_drain_in_time_is_stopped() {
        let shutdown = Shutdown::new();
        let (ending, took) =
            govern(&shutdown, &[Signal::Interrupt], shutdown.stopping().cancelled()).await;
        assert_eq!((ending, took.as_secs()), (Ending::Finished(()), DRAIN_WITHIN.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_stop_in_time_is_left_behind() {
        let shutdown = Shutdown::new();
        shutdown.drain();
        let (ending, took) = govern(&shutdown, &[], pending::<()>()).await;
        assert_eq!((ending, took.as_secs()), (Ending::Overdue, EXIT_WITHIN.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_signal_ends_at_once() {
        let shutdown = Shutdown::new();
        let signals = [Signal::Terminate, Signal::Interrupt];
        let (ending, took) = govern(&shutdown, &signals, pending::<()>()).await;
        assert_eq!((ending, took), (Ending::Forced(Signal::Interrupt), Duration::ZERO));
        assert!(!shutdown.stopping().is_cancelled());
    }

    #[test]
    fn stopping_is_draining_too() {
        let shutdown = Shutdown::new();
        shutdown.clone().stop();
        assert!(shutdown.draining().is_cancelled());
    }

    #[tokio::test]
    async fn a_real_sigterm_drains() {
        let shutdown = Shutdown::new();
        let signals = Signals::listen().unwrap();
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTERM).unwrap();
        let ending = shutdown.govern(signals, shutdown.draining().cancelled()).await;
        assert_eq!(ending, Ending::Finished(()));
    }
}
