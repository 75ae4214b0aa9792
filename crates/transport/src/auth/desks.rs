//! Where passwords are hashed: at few desks, on threads that let all others go first.
//!
//! One hash keeps a core busy for tens of milliseconds and fills many megabytes. So there are fewer
//! desks than cores, whoever works at one ranks below those who answer requests, and the memory goes
//! from hand to hand, wiped, until nobody is there any more.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use argon2::Block;
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroize;

/// Desks on the largest machine: what is hashed at once takes 38 MiB.
const DESKS: usize = 2;
/// Those who wait for a desk: they are served within a second or two. Whoever comes then is sent
/// away, so that a flood costs neither memory nor the patience of those who wait.
const QUEUE: usize = 20;
/// How many steps a desk ranks below the rest of the process: to the system's scheduler it then
/// weighs a third of another thread that has work to do. With ten steps it would be a tenth, and on a
/// machine that is busy with programs nobody could sign in within the time of a request.
#[cfg(target_os = "linux")]
const STEPS_DOWN: i32 = 5;

/// The desks, and those who wait for one.
#[derive(Debug)]
pub(super) struct Desks(Arc<Room>);

/// One who may stay until they have been served.
#[derive(Debug)]
pub(super) struct Place(Arc<Room>);

/// What a hash is made in. It is wiped before anybody else gets it.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

#[derive(Debug)]
struct Room {
    desks: Arc<Semaphore>,
    size: usize,
    present: AtomicUsize,
    spare: Mutex<Vec<Memory>>,
}

impl Desks {
    /// As many as leave half of the cores to others, but one at least.
    pub(super) fn beside(cores: usize) -> Self {
        let desks = (cores / 2).clamp(1, DESKS);
        Self(Arc::new(Room {
            desks: Arc::new(Semaphore::new(desks)),
            size: desks + QUEUE,
            present: AtomicUsize::new(0),
            spare: Mutex::default(),
        }))
    }

    /// A place at a desk or in the queue, where one is free.
    pub(super) fn place(&self) -> Option<Place> {
        let (room, order) = (&self.0, Ordering::AcqRel);
        let more = |present: usize| (present < room.size).then_some(present + 1);
        let entered = room.present.fetch_update(order, Ordering::Acquire, more);
        entered.ok().map(|_| Place(Arc::clone(room)))
    }
}

impl Place {
    /// Does `work` as soon as a desk is free. It is done to its end, and the desk is taken until
    /// then, also when nobody waits for it any more.
    ///
    /// # Errors
    /// When the system has no thread to give.
    ///
    /// # Panics
    /// When the work does.
    pub(super) async fn serve<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> io::Result<T> {
        let desk = Arc::clone(&self.0.desks).acquire_owned().await;
        let desk = desk.expect("desks are never closed");
        let (tell, told) = oneshot::channel();
        let serving = move || {
            step_back();
            let mut memory = self.0.spare().pop().unwrap_or_default();
            let done = work(&mut memory);
            memory.wipe();
            self.0.spare().push(memory);
            drop((self, desk));
            let _gone = tell.send(done);
        };
        thread::Builder::new().name("password".to_owned()).spawn(serving)?;
        Ok(told.await.expect("the work does not panic"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.0.present.fetch_sub(1, Ordering::AcqRel) == 1 {
            let unused = std::mem::take(&mut *self.0.spare());
            drop(unused);
        }
    }
}

impl Memory {
    /// So many blocks, of which nobody knows what they hold.
    pub(super) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0.resize(count, Block::new());
        }
        &mut self.0[..count]
    }

    fn wipe(&mut self) {
        self.0.iter_mut().zeroize();
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("blocks", &self.0.len()).finish_non_exhaustive()
    }
}

impl Room {
    fn spare(&self) -> MutexGuard<'_, Vec<Memory>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets all other threads of the process go first. A thread cannot take that back, so it does
/// nothing else in its life.
#[cfg(target_os = "linux")]
fn step_back() {
    if let Err(error) = rustix::process::nice(STEPS_DOWN) {
        tracing::debug!(%error, "passwords are hashed at the rank of everybody else");
    }
}

/// Elsewhere a rank is of the whole process.
#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::FutureExt;

    use super::*;

    #[test]
    fn half_of_the_cores_are_left_to_others() {
        for (cores, desks) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2), (64, 2)] {
            let room = Desks::beside(cores).0;
            assert_eq!((room.desks.available_permits(), room.size), (desks, desks + QUEUE));
        }
    }

    #[tokio::test]
    async fn a_place_is_free_again_when_its_work_is_done_or_nobody_waits() {
        let desks = Desks::beside(1);
        let mut places: Vec<_> = std::iter::from_fn(|| desks.place()).collect();
        assert_eq!(places.len(), 1 + QUEUE);
        let (go, wait) = mpsc::channel::<()>();
        let mut first = Box::pin(places.remove(0).serve(move |_| wait.recv().is_err()));
        assert!(first.as_mut().now_or_never().is_none(), "it is at the desk");
        let mut second = Box::pin(places.remove(0).serve(|_| ()));
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        assert!(desks.place().is_none());
        drop(second);
        let third = desks.place().expect("who waited has left");
        drop(first);
        assert!(desks.place().is_none(), "the desk is taken until the work is done");
        drop(go);
        third.serve(|_| ()).await.unwrap();
        drop(places);
        assert_eq!(desks.0.present.load(Ordering::Acquire), 0);
    }

    #[tokio::test]
    async fn memory_goes_from_hand_to_hand_wiped_until_nobody_is_there() {
        let desks = Desks::beside(1);
        let held = desks.place().unwrap();
        let fill = |memory: &mut Memory| {
            let blocks = memory.blocks(3);
            blocks.iter_mut().for_each(|block| block.as_mut().fill(7));
            blocks.as_ptr().addr()
        };
        let first = desks.place().unwrap().serve(fill).await.unwrap();
        let look = |memory: &mut Memory| {
            let empty = memory.0.iter().all(|block| block.as_ref().iter().all(|word| *word == 0));
            (memory.0.len(), empty, memory.blocks(2).as_ptr().addr())
        };
        assert_eq!(desks.place().unwrap().serve(look).await.unwrap(), (3, true, first));
        assert_eq!(desks.0.spare().len(), 1);
        drop(held);
        assert!(desks.0.spare().is_empty(), "who leaves last leaves nothing behind");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_desk_lets_all_others_go_first() {
        let rank = || rustix::process::getpriority_process(None).unwrap();
        let ours = rank();
        let theirs = Desks::beside(1).place().unwrap().serve(move |_| rank()).await.unwrap();
        assert_eq!(theirs, (ours + STEPS_DOWN).min(19));
        assert_eq!(rank(), ours, "and nobody else does");
    }
}
