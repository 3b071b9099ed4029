//! How many calls may be on their way at once while nothing is known of the API's limits.
//!
//! Whatever is on its way when the first call is refused is refused too. So the first calls are few, and more follow
//! as answers come. Who waits long does not wait for answers: the API may be slow, or whoever is in front may not be
//! polled at the time.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::lock;

/// How many may be on their way at first.
const FIRST: usize = 64;
/// For how many answers there may be one more.
const EACH: usize = 8;
/// How long who waits sees nobody leave before twice as many may come.
const PATIENCE: Duration = Duration::from_millis(250);
/// Where so many may come, all may.
const MOST: usize = 4096;

/// Those who are on their way. Who waits does so in the order they came.
#[derive(Debug)]
pub(super) struct Crowd {
    /// The places that are free. It is closed when nobody needs one any more.
    free: Semaphore,
    size: Mutex<Size>,
}

/// How many places there are.
#[derive(Debug)]
struct Size {
    places: usize,
    /// How many answers there were since there was a place more.
    answers: usize,
    /// When somebody last left who was waited for, or places were added.
    moved: Option<Instant>,
}

/// What is made of the size when somebody leaves or has waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// So many places more than before.
    More(usize),
    /// No place is needed any more.
    Unbounded,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    crowd: &'a Crowd,
    answered: bool,
}

impl Default for Crowd {
    fn default() -> Self {
        let size = Size { places: FIRST, answers: 0, moved: None };
        Self { free: Semaphore::new(FIRST), size: Mutex::new(size) }
    }
}

impl Crowd {
    /// Whether no place is needed.
    pub(super) fn is_over(&self) -> bool {
        self.free.is_closed()
    }

    /// A place, if one is free.
    pub(super) fn try_enter(&self) -> Option<Place<'_>> {
        self.free.try_acquire().ok()?.forget();
        Some(Place { crowd: self, answered: false })
    }

    /// Waits for a place; `None` where none is needed.
    pub(super) async fn enter(&self) -> Option<Place<'_>> {
        let mut free = std::pin::pin!(self.free.acquire());
        let mut look = Instant::now() + PATIENCE;
        loop {
            match timeout_at(look, free.as_mut()).await {
                Ok(permit) => {
                    permit.ok()?.forget();
                    return Some(Place { crowd: self, answered: false });
                }
                Err(_) => look = self.look(Instant::now()),
            }
        }
    }

    /// Makes room where nobody leaves. Answers when to look again.
    fn look(&self, now: Instant) -> Instant {
        let waited = lock(&self.size).waited(now);
        match waited {
            Ok(room) => {
                self.grow(room);
                now + PATIENCE
            }
            Err(again) => again,
        }
    }

    fn grow(&self, room: Room) {
        match room {
            Room::More(more) => self.free.add_permits(more),
            Room::Unbounded => self.free.close(),
        }
    }
}

impl Place<'_> {
    /// Leaves with an answer that is no refusal.
    pub(super) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let crowd = self.crowd;
        if crowd.free.available_permits() == 0 {
            let room = lock(&crowd.size).left(Instant::now(), self.answered);
            crowd.grow(room);
        }
        crowd.free.add_permits(1);
    }
}

impl Size {
    /// Somebody has left while all places were taken.
    fn left(&mut self, now: Instant, answered: bool) -> Room {
        self.moved = Some(now);
        self.answers += usize::from(answered);
        let more = self.answers / EACH;
        self.answers %= EACH;
        self.add(more)
    }

    /// Somebody has waited for at least as long as patience lasts. If somebody else has moved since, when to look
    /// again.
    fn waited(&mut self, now: Instant) -> Result<Room, Instant> {
        if let Some(until) = self.moved.map(|moved| moved + PATIENCE).filter(|until| *until > now) {
            return Err(until);
        }
        self.moved = Some(now);
        Ok(self.add(self.places))
    }

    fn add(&mut self, more: usize) -> Room {
        self.places += more;
        if self.places > MOST { Room::Unbounded } else { Room::More(more) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn entered(crowd: &Crowd) -> Vec<Place<'_>> {
        std::iter::from_fn(|| crowd.try_enter()).collect()
    }

    #[test]
    fn each_eight_answers_that_others_wait_for_make_one_place_more() {
        let crowd = Crowd::default();
        let mut inside = entered(&crowd);
        assert_eq!(inside.len(), 64);
        for answers in 1..=80 {
            inside.pop().unwrap().answered();
            inside.extend(entered(&crowd));
            assert_eq!(inside.len(), 64 + answers / 8);
        }

        for _ in 0..80 {
            // Refused, broken or dropped.
            inside.pop();
            inside.extend(entered(&crowd));
        }
        assert_eq!(inside.len(), 74);
    }

    #[test]
    fn answers_that_nobody_waits_for_say_nothing() {
        let crowd = Crowd::default();
        for _ in 0..1000 {
            let (first, _second) = (crowd.try_enter().unwrap(), crowd.try_enter().unwrap());
            first.answered();
        }

        assert_eq!(entered(&crowd).len(), 64);
    }

    #[test]
    fn where_nobody_leaves_there_are_twice_as_many_places_each_time_until_nobody_needs_one() {
        let start = Instant::now();
        let crowd = Crowd::default();
        let mut inside = entered(&crowd);
        inside.pop();
        inside.extend(entered(&crowd));
        let left = lock(&crowd.size).moved.unwrap();

        let at = crowd.look(start);
        assert_eq!(at, left + PATIENCE, "somebody has just left");
        assert_eq!(entered(&crowd).len(), 0);
        let mut at = crowd.look(at);
        assert_eq!(at, left + 2 * PATIENCE);
        for places in [64, 128, 256, 512, 1024, 2048] {
            let more = entered(&crowd);
            assert_eq!(more.len(), places);
            inside.extend(more);
            assert_eq!(crowd.look(at - Duration::from_millis(1)), at, "who waits as well adds nothing");
            at = crowd.look(at);
        }

        assert!(crowd.is_over() && crowd.try_enter().is_none());
        drop(inside);
    }

    #[tokio::test]
    async fn places_are_taken_in_the_order_of_those_who_wait_and_not_by_who_is_gone() {
        let crowd = Crowd::default();
        let mut inside = entered(&crowd);
        let mut first = Box::pin(crowd.enter());
        let mut second = pin!(crowd.enter());
        let mut third = pin!(crowd.enter());
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending() && poll(third.as_mut()).is_pending());

        // The first has been given the place when it goes.
        inside.pop();
        assert!(crowd.try_enter().is_none(), "nobody overtakes those who wait");
        assert!(poll(third.as_mut()).is_pending());
        drop(first);

        assert!(poll(third.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_ready());
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_no_place_is_needed_any_more() {
        let crowd = Crowd::default();
        let _inside = entered(&crowd);
        let mut waiting = pin!(crowd.enter());
        assert!(poll(waiting.as_mut()).is_pending());

        lock(&crowd.size).places = MOST;
        crowd.look(Instant::now());

        assert!(matches!(poll(waiting.as_mut()), Poll::Ready(None)));
    }

    #[test]
    fn where_answers_have_made_enough_places_nobody_needs_one_either() {
        let crowd = Crowd::default();
        let mut inside = entered(&crowd);
        lock(&crowd.size).places = MOST;

        for place in inside.drain(..EACH) {
            assert!(!crowd.is_over());
            let _others = entered(&crowd);
            place.answered();
        }

        assert!(crowd.is_over());
    }

    #[test]
    fn no_place_is_lost_or_made_up_whoever_comes_leaves_or_gives_up_at_once() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        let crowd = Arc::new(Crowd::default());
        let inside = Arc::new(AtomicUsize::new(0));
        let come_and_go = |task: usize| {
            let (crowd, inside) = (crowd.clone(), inside.clone());
            async move {
                for round in 0..50 {
                    let entering = crowd.enter();
                    let place = match (task + round) % 3 {
                        0 => tokio::time::timeout(Duration::ZERO, entering).await.unwrap_or(None),
                        _ => Some(entering.await.expect("there are far fewer tasks than places at most")),
                    };
                    let Some(place) = place else { continue };
                    let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                    assert!(now <= lock(&crowd.size).places);
                    tokio::task::yield_now().await;
                    inside.fetch_sub(1, Ordering::SeqCst);
                    if round % 2 == 0 {
                        place.answered();
                    }
                }
            }
        };

        let tasks: Vec<_> = (0..300).map(|task| runtime.spawn(come_and_go(task))).collect();
        tasks.into_iter().for_each(|task| runtime.block_on(task).unwrap());

        assert!(!crowd.is_over());
        assert_eq!(entered(&crowd).len(), lock(&crowd.size).places);
    }
}
