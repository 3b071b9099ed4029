//! All pages of a list, and all items, as streams: each page is asked for when the one before is used up, or ahead of
//! that where it is wanted.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::client::Clerk;
use crate::error::Error;
use crate::operation::{Paginated, Parts};
use crate::options::CallOptions;
use crate::page::Page;
use crate::request::Request;
use crate::transport::{HttpError, HttpErrorKind};
use crate::value::{AsField, Field};

/// How many items a page has unless the caller says: a fifth of what most lists allow, and what all allow.
const PAGE_SIZE: i64 = 100;

impl<Op: Paginated> Request<Op> {
    /// All pages, from this request's `offset` on. `limit` is the size of a page (100 unless set), never a total.
    ///
    /// Pages follow each other by offset, so items can be skipped if others are deleted meanwhile; users are followed
    /// by id instead where their order allows it (unset or by creation), which skips none.
    ///
    /// A list that tells its total ends there. Any other list ends with an empty page, or with a page that is shorter than
    /// one before it, because a server may return fewer items than `limit` before the list has ended. Such a walk can need
    /// one more request than the list has pages.
    pub fn pages(self) -> Pages<Op> {
        Pages::new(self)
    }

    /// All items of all [`pages`](Self::pages), as they come.
    pub fn items(self) -> Items<Op> {
        Items { pages: self.pages(), page: Vec::new().into_iter() }
    }

    /// [`pages`](Self::pages) for code that is not async: each step stops the thread.
    #[cfg(feature = "blocking")]
    pub fn pages_blocking(self) -> Blocking<Pages<Op>> {
        Blocking(Some(self.pages()))
    }

    /// [`items`](Self::items) for code that is not async: a step that needs a page stops the thread.
    #[cfg(feature = "blocking")]
    pub fn items_blocking(self) -> Blocking<Items<Op>> {
        Blocking(Some(self.items()))
    }
}

type PageFuture<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// A stream of pages, from [`Request::pages`]. After an error it ends.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<Op: Paginated> {
    clerk: Clerk,
    parts: Parts,
    options: CallOptions,
    limit: i64,
    next: Next,
    /// What was asked for, in order, and where it begins.
    fetches: VecDeque<(Next, Fetch<Op::Item>)>,
    /// How many pages are fetched ahead.
    ahead: usize,
    /// How many items the last page had.
    count: i64,
    /// How many items the longest page had.
    longest: i64,
    /// The fingerprint of the last page.
    fingerprint: Option<u64>,
    total: Option<i64>,
    started: bool,
}

/// A page on its way.
enum Fetch<T> {
    /// Moves when it is polled.
    Polled(PageFuture<T>),
    /// Moves by itself.
    Spawned(JoinHandle<Result<Page<T>, Error>>),
}

impl<T: Send + 'static> Fetch<T> {
    fn spawn(page: PageFuture<T>) -> Self {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => Self::Spawned(runtime.spawn(page.in_current_span())),
            Err(_) => Self::Polled(page),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Page<T>, Error>> {
        match self {
            Self::Polled(page) => page.as_mut().poll(cx),
            Self::Spawned(page) => Pin::new(page).poll(cx).map(|page| {
                page.unwrap_or_else(|_| {
                    let message = "the call was broken off by a panic, or with its runtime";
                    Err(Error::transport(HttpError::message(HttpErrorKind::Other, message)))
                })
            }),
        }
    }
}

impl<T> Drop for Fetch<T> {
    fn drop(&mut self) {
        if let Self::Spawned(page) = self {
            page.abort();
        }
    }
}

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    Offset(i64),
    /// After the item of this id; at first, at the beginning.
    After(&'static str, Option<String>),
    Nowhere,
}

impl<Op: Paginated> Pages<Op> {
    fn new(request: Request<Op>) -> Self {
        let Request { clerk, mut parts, options, .. } = request;
        let mut take = |name: &str| {
            let position = parts.query.iter().position(|(other, _)| other == name)?;
            Some(parts.query.remove(position).1)
        };
        let limit = take("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE_SIZE);
        let offset: Option<i64> = take("offset").and_then(|offset| offset.parse().ok());
        let after = Op::CURSOR.and_then(&mut take);
        let order = parts.query.iter().find(|(name, _)| name == "order_by").map(|(_, order)| order.as_str());
        // The server takes a cursor in the order of creation alone, and without an offset.
        let by_creation =
            matches!(order.map(|order| order.trim_start_matches(['+', '-'])), None | Some("created_at"));
        let next = match Op::CURSOR {
            Some(cursor) if by_creation && offset.is_none() => Next::After(cursor, after),
            _ => Next::Offset(offset.unwrap_or(0)),
        };
        if Op::TAKES_PAGINATED {
            parts.query.retain(|(name, _)| name != "paginated");
            parts.query.push((Cow::Borrowed("paginated"), "true".to_owned()));
        }
        Self {
            clerk,
            parts,
            options,
            limit,
            next,
            fetches: VecDeque::new(),
            ahead: 0,
            count: 0,
            longest: 0,
            fingerprint: None,
            total: None,
            started: false,
        }
    }

    /// Fetches up to so many pages ahead, while the one before is used. None unless set.
    ///
    /// Pages that are followed by offset are fetched at once, as far as the list has told its total; others one after the
    /// other, one ahead. Their order and the place of an error stay the same. They are fetched by tasks of the runtime
    /// that the stream is polled on, which end when it is dropped.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.ahead = pages;
        self
    }

    /// How many items the whole list has, once a page has told it; some lists never do.
    pub fn total_count(&self) -> Option<i64> {
        self.total
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// Those of [`Request::send`]; the stream has ended then.
    pub async fn try_next(&mut self) -> Result<Option<Page<Op::Item>>, Error> {
        next(self).await.transpose()
    }

    fn request(&self, next: &Next) -> PageFuture<Op::Item> {
        let mut parts = Parts {
            path: self.parts.path.clone(),
            query: self.parts.query.clone(),
            headers: self.parts.headers.clone(),
            cookies: self.parts.cookies.clone(),
            invalid: self.parts.invalid.clone(),
            ..Parts::default()
        };
        parts.query.push((Cow::Borrowed("limit"), self.limit.to_string()));
        match next {
            Next::Offset(offset) => parts.query.push((Cow::Borrowed("offset"), offset.to_string())),
            Next::After(cursor, Some(id)) => parts.query.push((Cow::Borrowed(cursor), id.clone())),
            Next::After(_, None) | Next::Nowhere => {}
        }
        let request = Request::<Op>::from_parts(self.clerk.clone(), parts, self.options.clone());
        Box::pin(request.send())
    }

    fn advance(&mut self, page: &Page<Op::Item>) {
        let count = i64::try_from(page.len()).unwrap_or(i64::MAX);
        self.total = page.total_count().or(self.total);
        self.count = count;
        self.longest = self.longest.max(count);
        self.started = true;
        // The server may have a smaller limit than the caller's, so the first page counts as full.
        let full = count >= self.longest;
        self.next = match std::mem::replace(&mut self.next, Next::Nowhere) {
            _ if count == 0 => Next::Nowhere,
            Next::Offset(offset) => {
                let offset = offset.saturating_add(count);
                let more = page.total_count().map_or(full, |total| offset < total);
                if more { Next::Offset(offset) } else { Next::Nowhere }
            }
            Next::After(cursor, _) if full => match page.last().and_then(Op::cursor) {
                Some(id) => Next::After(cursor, Some(id.to_owned())),
                None => Next::Nowhere,
            },
            Next::After(..) | Next::Nowhere => Next::Nowhere,
        };
    }

    /// Compares a page with the one before. Returns an error where the same page came again and items may be missing, and
    /// `true` where it came again and had all items.
    fn is_repeated(&mut self, page: &Page<Op::Item>) -> Result<bool, Error> {
        let fingerprint = fingerprint(page);
        if self.fingerprint.replace(fingerprint) != Some(fingerprint) {
            return Ok(false);
        }
        // A page of another length than was asked for is the whole list, from a server that ignores both parameters.
        if page.total_count().is_none() && i64::try_from(page.len()) != Ok(self.limit) {
            return Ok(true);
        }
        let message = "the server returned the same page twice, so it ignores the parameter that asks for the next page";
        Err(Error::transport(HttpError::message(HttpErrorKind::Other, message)).in_call(Op::META, 1))
    }

    /// Asks for what comes after the page that is handed out now.
    fn fetch_ahead(&mut self) {
        // The page was shorter than the one before it, or the list has ended: what was asked for begins elsewhere.
        if self.fetches.front().is_some_and(|(at, _)| *at != self.next) {
            self.fetches.clear();
        }
        while self.fetches.len() < self.ahead {
            let next = match self.fetches.back() {
                None => self.next.clone(),
                Some((Next::Offset(offset), _)) => Next::Offset(offset.saturating_add(self.count)),
                Some(_) => return,
            };
            let known = match next {
                Next::Nowhere => false,
                Next::Offset(offset) if !self.fetches.is_empty() => {
                    self.total.is_some_and(|total| offset < total)
                }
                _ => true,
            };
            if !known {
                return;
            }
            let fetch = Fetch::spawn(self.request(&next));
            self.fetches.push_back((next, fetch));
        }
    }
}

impl<Op: Paginated> Stream for Pages<Op> {
    type Item = Result<Page<Op::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.fetches.is_empty() {
            if this.next == Next::Nowhere {
                return Poll::Ready(None);
            }
            this.fetches.push_back((this.next.clone(), Fetch::Polled(this.request(&this.next))));
        }
        let Some((_, fetch)) = this.fetches.front_mut() else { return Poll::Ready(None) };
        let result = ready!(fetch.poll(cx));
        this.fetches.pop_front();
        let result = result.and_then(|page| Ok((this.is_repeated(&page)?, page)));
        // Only where there is nothing at all is an empty page worth handing out.
        let over = matches!(&result, Ok((repeated, page)) if this.started && (*repeated || page.is_empty()));
        let result = result.map(|(_, page)| page);
        match &result {
            Ok(page) if !over => this.advance(page),
            _ => this.next = Next::Nowhere,
        }
        this.fetch_ahead();
        Poll::Ready(Some(result).filter(|_| !over))
    }
}

/// Returns a hash of a page's length, its first and its last item.
fn fingerprint<T: Field>(page: &Page<T>) -> u64 {
    let mut hasher = DefaultHasher::new();
    page.len().hash(&mut hasher);
    for item in page.first().into_iter().chain(page.last()) {
        serde_json::to_vec(&AsField(item)).ok().hash(&mut hasher);
    }
    hasher.finish()
}

/// A stream of items, from [`Request::items`]. After an error it ends.
///
/// ```no_run
/// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// let mut users = clerk.users().list().query("ada").items();
/// while let Some(user) = users.try_next().await? { /* … */ }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Items<Op: Paginated> {
    pages: Pages<Op>,
    page: std::vec::IntoIter<Op::Item>,
}

impl<Op: Paginated> Items<Op> {
    /// Fetches up to so many pages ahead, as [`Pages::prefetch`] does.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pages = self.pages.prefetch(pages);
        self
    }

    /// How many items the whole list has, once a page has told it; some lists never do.
    pub fn total_count(&self) -> Option<i64> {
        self.pages.total_count()
    }

    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// Those of [`Request::send`]; the stream has ended then.
    pub async fn try_next(&mut self) -> Result<Option<Op::Item>, Error> {
        next(self).await.transpose()
    }

    /// Collects all items.
    ///
    /// # Errors
    /// The first error; the items before it are dropped.
    pub async fn try_collect<C: Default + Extend<Op::Item>>(mut self) -> Result<C, Error> {
        let mut all = C::default();
        all.extend(self.page);
        while let Some(page) = self.pages.try_next().await? {
            all.extend(page);
        }
        Ok(all)
    }
}

impl<Op: Paginated> Stream for Items<Op> {
    type Item = Result<Op::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut this.pages).poll_next(cx)) {
                Some(Ok(page)) => this.page = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

impl<Op: Paginated> fmt::Debug for Pages<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &Op::META.id)
            .field("total_count", &self.total)
            .finish_non_exhaustive()
    }
}

impl<Op: Paginated> fmt::Debug for Items<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}

/// An iterator over a stream that stops the thread while it waits. After an error it ends.
#[cfg(feature = "blocking")]
#[derive(Debug)]
pub struct Blocking<S>(Option<S>);

#[cfg(feature = "blocking")]
impl<S, T> Iterator for Blocking<S>
where
    S: Stream<Item = Result<T, Error>> + Unpin + Send + 'static,
    T: Send + 'static,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut stream = self.0.take()?;
        // The stream goes to the runtime and comes back with what it gave.
        let step = crate::blocking::block_on(async move {
            let item = next(&mut stream).await;
            Ok((stream, item))
        });
        match step {
            Ok((stream, item)) => {
                self.0 = item.as_ref().is_some_and(Result::is_ok).then_some(stream);
                item
            }
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(feature = "blocking")]
impl<Op: Paginated> Blocking<Pages<Op>> {
    /// Fetches up to so many pages ahead, as [`Pages::prefetch`] does.
    pub fn prefetch(self, pages: usize) -> Self {
        Self(self.0.map(|stream| stream.prefetch(pages)))
    }
}

#[cfg(feature = "blocking")]
impl<Op: Paginated> Blocking<Items<Op>> {
    /// Fetches up to so many pages ahead, as [`Pages::prefetch`] does.
    pub fn prefetch(self, pages: usize) -> Self {
        Self(self.0.map(|stream| stream.prefetch(pages)))
    }
}
