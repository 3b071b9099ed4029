//! `multipart/form-data` as a streaming body whose length is known where those of its files are.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::ReadBuf;

use crate::body::Body;
use crate::operation::FormValue;
use crate::transport::{HttpError, HttpErrorKind};
use crate::upload::{BoxRead, BoxStream, Content, READ_SIZE};

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
                if media_type.is_empty() || !media_type.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
                    return Err(format!("the content type of the file `{name}` is no media type"));
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
                        Content::Read(reader, left) => Piece::Read { reader, left },
                        Content::Stream(stream) => Piece::Stream(stream),
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

/// As browsers write names in `Content-Disposition`: a quote or a line break cannot end it.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => out.push_str("%22"),
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
    Read { reader: BoxRead, left: Option<u64> },
    Stream(BoxStream),
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
                Piece::Read { reader, left } => ready!(read(reader, left, cx)),
                Piece::Stream(stream) => {
                    let next = ready!(stream.as_mut().poll_next(cx));
                    next.map(|item| item.map_err(local))
                }
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
            Piece::Read { left, .. } => sum.checked_add((*left)?),
            Piece::Stream(_) => None,
        });
        length.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// The next bytes of a file; `None` at its end, which is after `left` bytes where that is known.
fn read(
    reader: &mut BoxRead,
    left: &mut Option<u64>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, HttpError>>> {
    let size = left.map_or(READ_SIZE, |left| usize::try_from(left).unwrap_or(READ_SIZE).min(READ_SIZE));
    if size == 0 {
        return Poll::Ready(None);
    }
    let mut buffer = vec![0; size];
    let mut read = ReadBuf::new(&mut buffer);
    if let Err(error) = ready!(reader.as_mut().poll_read(cx, &mut read)) {
        return Poll::Ready(Some(Err(local(error))));
    }
    let length = read.filled().len();
    buffer.truncate(length);
    match left {
        Some(left) if length == 0 => {
            let message = format!("the file became shorter while it was sent, {left} bytes are missing");
            Poll::Ready(Some(Err(local(message))))
        }
        Some(left) => {
            *left -= length as u64;
            Poll::Ready(Some(Ok(buffer.into())))
        }
        None if length == 0 => Poll::Ready(None),
        None => Poll::Ready(Some(Ok(buffer.into()))),
    }
}

/// A failure on this side, which another attempt would meet again.
fn local(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HttpError {
    HttpError::new(HttpErrorKind::Body, source).with_permanent()
}
