//! A server that answers every request with the same ten users, on connections that stay open.

use std::io::Write as _;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;

/// Ten users as the embedded Clerk answers them.
const USERS: &str = include_str!("../users.json");

/// Prints the address and answers until the process is ended.
#[tokio::main(flavor = "current_thread")]
pub async fn serve() -> Result<(), Failure> {
    let listener = listen().await?;
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{USERS}",
        USERS.len()
    );
    let answer: &'static str = answer.leak();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer_all(stream, answer));
    }
}

/// Listens on a free port, and prints the address for who has started this server.
pub async fn listen() -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    Ok(listener)
}

async fn answer_all(mut stream: TcpStream, answer: &'static str) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await? > 0 {
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            stream.write_all(answer.as_bytes()).await?;
        }
    }
    Ok(())
}
