//! The threads that write to sockets.

use std::thread::available_parallelism;

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

/// Threads of their own for sockets.
///
/// A change for a thousand viewers keeps a core busy for some milliseconds, and a stream of them all
/// the time. Requests and the store's answers would wait in one queue with all those writes; among
/// threads the system shares the cores fairly. Where the process does everything on one thread,
/// sockets do too.
pub(super) struct Stage(Option<Runtime>);

impl Stage {
    /// Half of the cores, and one at least: the other half makes what is to be told.
    pub(super) fn new() -> Self {
        let handle = Handle::try_current();
        if !handle.is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread) {
            return Self(None);
        }
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = (cores / 2).max(1);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("live")
            .enable_all()
            .build()
            .expect("a process that has just begun can begin a few threads more");
        Self(Some(runtime))
    }

    /// Runs `task` there, until it ends or the process does.
    pub(super) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.0 {
            Some(runtime) => runtime.spawn(task),
            None => tokio::spawn(task),
        };
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Whoever drops it may be a task, which must not wait for threads.
            runtime.shutdown_background();
        }
    }
}
