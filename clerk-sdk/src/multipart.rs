//! `multipart/form-data` as a streaming body whose length is known where those of its files are.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::ReadBuf;

use crate::body::Body;
use crate::operation::FormValue;
use crate::transport::{HttpError, HttpErrorKind};
use crate::upload::{BoxRead, BoxStream, Content, FilePart, READ_SIZE};

/// A form that can be encoded once an attempt.
pub(crate) struct Form {
    parts: Vec<(Cow<'static, str>, FormValue)>,
    boundary: String,
}

impl Form {
    /// Fails where a content type cannot stand in a header.
    pub(crate) fn new(parts: Vec<(Cow<'static, str>, FormValue)>) -> Result<Self, String> {
        for (name, value) in &parts {
            if let FormValue::File(file) = value {
                let media_type = file.media_type();
                if !is_media_type(media_type) {
                    return Err(format!(
                        "invalid content type of the file `{name}`; pass a media type such as `image/png`"
                    ));
                }
            }
        }
        let boundary = format!("clerk-sdk-{:032x}", fastrand::u128(..));
        Ok(Self { parts, boundary })
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Whether a second attempt would send the same.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.parts.iter().all(|(_, value)| match value {
            FormValue::Text(_) => true,
            FormValue::File(file) => file.is_repeatable(),
        })
    }

    /// Opens the files and gives the body of one attempt.
    pub(crate) async fn body(&self) -> Result<Body, HttpError> {
        let mut pieces = VecDeque::new();
        let mut text = String::new();
        for (name, value) in &self.parts {
            let name = escaped(name);
            // Writing to a string cannot fail.
            let _ = write!(text, "--{}\r\nContent-Disposition: form-data; name=\"{name}\"", self.boundary);
            match value {
                FormValue::Text(value) => {
                    let _ = write!(text, "\r\n\r\n{value}\r\n");
                }
                FormValue::File(file) => {
                    let (file_name, media_type) = (escaped(file.name()), file.media_type());
                    let _ = write!(text, "; filename=\"{file_name}\"\r\nContent-Type: {media_type}\r\n\r\n");
                    pieces.push_back(Piece::Bytes(std::mem::take(&mut text).into()));
                    pieces.push_back(match file.open().await? {
                        Content::Bytes(bytes) => Piece::Bytes(bytes),
                        Content::Read(reader) => Piece::Read(reader),
                        Content::Stream(stream, left) => Piece::Stream { stream, left },
                    });
                    text.push_str("\r\n");
                }
            }
        }
        let _ = write!(text, "--{}--\r\n", self.boundary);
        pieces.push_back(Piece::Bytes(text.into()));
        if pieces.len() == 1
            && let Some(Piece::Bytes(bytes)) = pieces.pop_front()
        {
            return Ok(bytes.into());
        }
        Ok(Body::wrap(Encoded { pieces }))
    }
}

/// Opens a file and gives the body of one attempt that is this file alone.
pub(crate) async fn whole(file: &FilePart) -> Result<Body, HttpError> {
    let piece = match file.open().await? {
        Content::Bytes(bytes) => return Ok(bytes.into()),
        Content::Read(reader) => Piece::Read(reader),
        Content::Stream(stream, left) => Piece::Stream { stream, left },
    };
    Ok(Body::wrap(Encoded { pieces: VecDeque::from([piece]) }))
}

/// Returns whether `text` is `type/subtype`, with parameters or without, on one line of ASCII.
fn is_media_type(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let is_token = |text: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        !text.is_empty() && text.bytes().all(allowed)
    };
    text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
        && essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

/// Encodes a name for the quotes of `Content-Disposition`, as browsers do. They leave the backslash as it is, by which
/// some servers would read the quote after it as part of the name.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => out.push_str("%22"),
            '\\' => out.push_str("%5C"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c if c.is_control() => out.push('_'),
            c => out.push(c),
        }
    }
    out
}

struct Encoded {
    pieces: VecDeque<Piece>,
}

enum Piece {
    Bytes(Bytes),
    Read(BoxRead),
    Stream { stream: BoxStream, left: Option<u64> },
}

impl http_body::Body for Encoded {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        while let Some(piece) = self.pieces.front_mut() {
            let next = match piece {
                Piece::Bytes(bytes) => Some(std::mem::take(bytes)).filter(|bytes| !bytes.is_empty()).map(Ok),
                Piece::Read(reader) => ready!(read(reader, cx)),
                Piece::Stream { stream, left } => counted(ready!(stream.as_mut().poll_next(cx)), left),
            };
            match next {
                Some(Ok(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Err(error)) => {
                    self.pieces.clear();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    self.pieces.pop_front();
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.pieces.iter().try_fold(0u64, |sum, piece| match piece {
            Piece::Bytes(bytes) => sum.checked_add(bytes.len() as u64),
            Piece::Stream { left, .. } => sum.checked_add((*left)?),
            Piece::Read(_) => None,
        });
        length.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// The next bytes of a reader; `None` at its end.
fn read(reader: &mut BoxRead, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, HttpError>>> {
    let mut buffer = vec![0; READ_SIZE];
    let mut read = ReadBuf::new(&mut buffer);
    if let Err(error) = ready!(reader.as_mut().poll_read(cx, &mut read)) {
        return Poll::Ready(Some(Err(local(error))));
    }
    let length = read.filled().len();
    buffer.truncate(length);
    Poll::Ready((length > 0).then(|| Ok(buffer.into())))
}

/// What a stream gave, of which there must be `left` bytes where that is known.
fn counted(next: Option<io::Result<Bytes>>, left: &mut Option<u64>) -> Option<Result<Bytes, HttpError>> {
    match (next, left) {
        (Some(Ok(bytes)), left) => {
            *left = left.map(|left| left.saturating_sub(bytes.len() as u64));
            Some(Ok(bytes))
        }
        (Some(Err(error)), _) => Some(Err(local(error))),
        (None, Some(missing @ 1..)) => {
            let message = format!("the file became shorter while it was sent, {missing} bytes are missing");
            Some(Err(local(message)))
        }
        (None, _) => None,
    }
}

/// A failure on this side, which another attempt would meet again.
fn local(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HttpError {
    HttpError::new(HttpErrorKind::Body, source).with_permanent()
}
