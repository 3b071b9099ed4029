//! The files that a caller uploads: from a path, from bytes, from a reader or a stream; never read whole.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncRead;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::transport::{HttpError, HttpErrorKind};

/// A file to upload, with its name and content type.
///
/// The content type is guessed from the name unless [`content_type`](Self::content_type) says it. Files from a path
/// or from bytes can be sent again by a retry; those from a reader or a stream cannot, so such a call is tried once.
///
/// ```no_run
/// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// use clerk_sdk::FilePart;
///
/// clerk.users().set_profile_image("user_1", FilePart::from_path("ada.png").await?).await?;
/// # Ok(())
/// # }
/// ```
pub struct FilePart {
    source: Source,
    file_name: String,
    content_type: Option<String>,
}

enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    /// Taken by the first attempt.
    Once(Mutex<Option<Content>>),
}

pub(crate) type BoxRead = Pin<Box<dyn AsyncRead + Send>>;
pub(crate) type BoxStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// What of a file goes on the wire in one attempt.
pub(crate) enum Content {
    Bytes(Bytes),
    Read(BoxRead),
    /// Exactly this many bytes where the length is known.
    Stream(BoxStream, Option<u64>),
}

impl FilePart {
    /// A file of the file system, which is read in pieces while it is sent.
    ///
    /// # Errors
    /// If it cannot be opened or is not a file; of kind [`Config`](crate::ErrorKind::Config) outside of a tokio runtime.
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        crate::runtime::current()?;
        let path = path.as_ref().to_owned();
        let refused = |error: io::Error| {
            Error::bad_argument_from(format!("the file {} cannot be read", path.display()), error)
        };
        let file = tokio::fs::File::open(&path).await.map_err(refused)?;
        let metadata = file.metadata().await.map_err(refused)?;
        if !metadata.is_file() {
            return Err(Error::bad_argument(format!("{} is no file", path.display())));
        }
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { source: Source::Path(path), file_name, content_type: None })
    }

    /// [`from_path`](Self::from_path) for code that is not async.
    ///
    /// # Errors
    /// Where it cannot be opened or is no file.
    #[cfg(feature = "blocking")]
    pub fn from_path_blocking(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        crate::blocking::block_on(async move { Self::from_path(path).await })
    }

    /// A file that is in memory.
    pub fn from_bytes(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { source: Source::Bytes(bytes.into()), file_name: file_name.into(), content_type: None }
    }

    /// What `reader` gives until its end. Such a call is never retried.
    pub fn from_reader(file_name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::once(file_name.into(), Content::Read(Box::pin(reader)))
    }

    /// What `stream` gives until its end. Such a call is never retried.
    pub fn from_stream<S, B>(file_name: impl Into<String>, stream: S) -> Self
    where
        S: Stream<Item = io::Result<B>> + Send + 'static,
        B: Into<Bytes> + 'static,
    {
        Self::once(file_name.into(), Content::Stream(Box::pin(IntoBytes(Box::pin(stream))), None))
    }

    fn once(file_name: String, content: Content) -> Self {
        Self { source: Source::Once(Mutex::new(Some(content))), file_name, content_type: None }
    }

    /// The name that the server is told, instead of the one of the path.
    pub fn file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = file_name.into();
        self
    }

    /// The media type that the server is told, such as `image/png`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.file_name
    }

    pub(crate) fn media_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or_else(|| guess(&self.file_name))
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        !matches!(self.source, Source::Once(_))
    }

    /// Opens the file for one attempt.
    pub(crate) async fn open(&self) -> Result<Content, HttpError> {
        match &self.source {
            Source::Bytes(bytes) => Ok(Content::Bytes(bytes.clone())),
            Source::Path(path) => {
                let unreadable = |error| {
                    HttpError::new(HttpErrorKind::Body, error).with_request_not_sent().with_permanent()
                };
                let runtime = crate::runtime::current().map_err(HttpError::refused)?;
                let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
                let length = file.metadata().await.map_err(unreadable)?.len();
                let pieces = FilePieces::new(runtime, file.into_std().await, length);
                Ok(Content::Stream(Box::pin(pieces), Some(length)))
            }
            Source::Once(content) => {
                let content = content.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
                content.ok_or_else(|| {
                    HttpError::message(HttpErrorKind::Body, "the file's stream has been sent already")
                        .with_request_not_sent()
                        .with_permanent()
                })
            }
        }
    }
}

/// How much is read at a time, in bytes: of a file, and of somebody's reader, which may itself give less.
const FILE_PIECE: u64 = 256 * 1024;
pub(crate) const READ_SIZE: usize = 128 * 1024;

/// The first `left` bytes of a file. Each piece is read while the one before it is sent, by a thread for such work, into
/// the memory that is sent.
struct FilePieces {
    /// An HTTP client of the program may read the body outside of it.
    runtime: Handle,
    left: u64,
    next: Option<JoinHandle<(File, io::Result<Vec<u8>>)>>,
}

impl FilePieces {
    fn new(runtime: Handle, file: File, left: u64) -> Self {
        let next = (left > 0).then(|| Self::read(&runtime, file, left));
        Self { runtime, left, next }
    }

    fn read(runtime: &Handle, mut file: File, left: u64) -> JoinHandle<(File, io::Result<Vec<u8>>)> {
        runtime.spawn_blocking(move || {
            let size = left.min(FILE_PIECE);
            let mut piece = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
            let read = (&mut file).take(size).read_to_end(&mut piece);
            (file, read.map(|_| piece))
        })
    }
}

impl Stream for FilePieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let read = ready!(Pin::new(next).poll(cx));
        self.next = None;
        let (file, piece) = match read {
            Ok((file, Ok(piece))) => (file, piece),
            Ok((_, Err(error))) => return Poll::Ready(Some(Err(error))),
            Err(gone) => return Poll::Ready(Some(Err(io::Error::other(gone)))),
        };
        self.left = self.left.saturating_sub(piece.len() as u64);
        if piece.is_empty() {
            return Poll::Ready(None);
        }
        if self.left > 0 {
            self.next = Some(Self::read(&self.runtime, file, self.left));
        }
        Poll::Ready(Some(Ok(piece.into())))
    }
}

impl fmt::Debug for FilePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::Path(_) => "path".to_owned(),
            Source::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Source::Once(_) => "stream".to_owned(),
        };
        f.debug_struct("FilePart")
            .field("source", &format_args!("{source}"))
            .field("file_name", &self.file_name)
            .field("content_type", &self.media_type())
            .finish()
    }
}

/// A stream whose items become `Bytes`.
struct IntoBytes<S>(Pin<Box<S>>);

impl<S, B> Stream for IntoBytes<S>
where
    S: Stream<Item = io::Result<B>>,
    B: Into<Bytes>,
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map(|item| item.map(|item| item.map(Into::into)))
    }
}

/// What Clerk takes are pictures; anything else is left to the server to tell.
fn guess(file_name: &str) -> &'static str {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg" | "jfif") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("avif") => "image/avif",
        Some("heic") => "image/heic",
        Some("heif") => "image/heif",
        Some("bmp") => "image/bmp",
        Some("ico") => "image/vnd.microsoft.icon",
        Some("tif" | "tiff") => "image/tiff",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_follows_the_name_unless_it_is_given() {
        assert_eq!(FilePart::from_bytes("Ada.PNG", "x").media_type(), "image/png");
        assert_eq!(FilePart::from_bytes("ada", "x").media_type(), "application/octet-stream");
        assert_eq!(
            FilePart::from_bytes("ada.png", "x").content_type("image/x-ada").media_type(),
            "image/x-ada"
        );
        assert_eq!(FilePart::from_bytes("a.png", "x").file_name("b.gif").media_type(), "image/gif");
    }
}
