//! HTTP/1.1, as little of it as a server for tests needs.

use std::io;
use std::sync::Mutex;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::reply::End;
use super::{Behaviour, Recorded, Reply};

pub(super) async fn serve(
    stream: TcpStream,
    number: usize,
    behaviour: &impl Behaviour,
    seen: &Mutex<Vec<Recorded>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if !behaviour.accepts(number) {
        return stream.set_zero_linger();
    }
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = read_head(&mut stream).await? {
        let reply = match behaviour.interrupts(&request) {
            Some(reply) => reply,
            None => {
                read_body(&mut stream, &mut request).await?;
                let reply = behaviour.answers(&request);
                seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(request);
                reply
            }
        };
        tokio::time::sleep(reply.delay).await;
        let reset = reply.reset;
        let goes_on = write(&mut stream, reply).await?;
        if reset {
            stream.get_ref().set_zero_linger()?;
        }
        if reset || !goes_on {
            break;
        }
    }
    Ok(())
}

async fn read_head(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Recorded>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    Ok(Some(Recorded { method, target, headers, body: Vec::new(), body_length: 0, at: Instant::now() }))
}

async fn read_body(stream: &mut BufReader<TcpStream>, request: &mut Recorded) -> io::Result<()> {
    if request.header("transfer-encoding") == Some("chunked") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).await?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            body(stream, size, request).await?;
            stream.read_line(&mut String::new()).await?;
            if size == 0 {
                break;
            }
        }
    } else {
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        body(stream, length, request).await?;
    }
    Ok(())
}

/// Reads a piece of a body, and keeps it while all of it is not large.
async fn body(stream: &mut BufReader<TcpStream>, mut left: usize, request: &mut Recorded) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        let size = left.min(buffer.len());
        let read = stream.read(&mut buffer[..size]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        left -= read;
        request.body_length += read;
        if request.body_length <= 1 << 20 {
            request.body.extend_from_slice(&buffer[..read]);
        } else {
            request.body = Vec::new();
        }
    }
    Ok(())
}

/// Whether the connection can be used again.
async fn write(stream: &mut BufReader<TcpStream>, reply: Reply) -> io::Result<bool> {
    if reply.end == End::Silence {
        return Ok(false);
    }
    if !reply.raw {
        write_head(stream, &reply).await?;
    }
    match reply.end {
        End::Complete | End::Silence => stream.write_all(&reply.body).await?,
        End::Half { .. } => stream.write_all(&reply.body[..reply.body.len() / 2]).await?,
        End::Chunks(size) => {
            for chunk in reply.body.chunks(size) {
                stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await?;
                stream.write_all(chunk).await?;
                stream.write_all(b"\r\n").await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
        End::Dribble(pause) => {
            for byte in &reply.body {
                tokio::time::sleep(pause).await;
                stream.write_all(&[*byte]).await?;
                stream.flush().await?;
            }
        }
    }
    stream.flush().await?;
    match reply.end {
        End::Half { stall: true } => {
            // Until the client gives up: what it says then is the end of the connection.
            let _ = stream.read(&mut [0]).await;
            Ok(false)
        }
        End::Half { stall: false } => Ok(false),
        _ => Ok(!reply.raw),
    }
}

async fn write_head(stream: &mut BufReader<TcpStream>, reply: &Reply) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Status\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.end {
        End::Chunks(_) => head.push_str("transfer-encoding: chunked\r\n\r\n"),
        _ => head.push_str(&format!("content-length: {}\r\n\r\n", reply.body.len())),
    }
    stream.write_all(head.as_bytes()).await
}
