//! A million users through little memory, and an API that limits the rate of calls.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerk_sdk::Clerk;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;
use crate::calls::{Server, numbers};
use crate::report::{Row, Section};
use crate::server;
use crate::uploads::peak;

const KEY: &str = "sk_test_measurement";
const USERS: usize = 1_000_000;
const TASKS: usize = 200;
const CALLS: usize = 5;
/// What the API accepts, and in which time.
const LIMIT: (usize, Duration) = (100, Duration::from_millis(300));

/// Walks all users, and prints the MiB that the memory has grown by since the first thousand.
#[tokio::main]
pub async fn walk(url: &str) -> Result<(), Failure> {
    let clerk = Clerk::builder(KEY).server_url(url).build()?;
    let mut users = clerk.users().list().limit(500).items().prefetch(2);
    let (mut count, mut before) = (0, 0.0);
    while users.try_next().await?.is_some() {
        count += 1;
        if count == 1000 {
            before = peak()?;
        }
    }
    if count != USERS {
        return Err(format!("{count} users").into());
    }
    println!("{:.1}", peak()? - before);
    Ok(())
}

/// Prints the address, and answers pages of a million users until the process is ended.
#[tokio::main(flavor = "current_thread")]
pub async fn serve() -> Result<(), Failure> {
    let listener = server::listen().await?;
    let users: Vec<serde_json::Value> = serde_json::from_str(include_str!("../users.json"))?;
    let user = users.first().ok_or("no user")?;
    let id = user["id"].as_str().ok_or("no id")?.to_owned();
    let user: &'static str = user.to_string().leak();
    let page = move |head: &str| {
        let number = |name: &str| head.split_once(name)?.1.split(['&', ' ']).next()?.parse::<usize>().ok();
        let begin = number("starting_after=user_").map_or(0, |last| last + 1);
        let end = USERS.min(begin + number("limit=").unwrap_or(10));
        let page: Vec<_> = (begin..end).map(|number| user.replace(&id, &format!("user_{number}"))).collect();
        (200, format!("[{}]", page.join(",")))
    };
    let page = Arc::new(page);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream, page.clone()));
    }
}

/// Answers each request with the status and the body that `page` makes of its head.
async fn answer(
    mut stream: TcpStream,
    page: Arc<impl Fn(&str) -> (u16, String) + Send + Sync>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await? > 0 {
        if !request.ends_with(b"\r\n\r\n") {
            continue;
        }
        let (status, body) = page(&String::from_utf8_lossy(&request));
        request.clear();
        let extra = if status == 429 { body.as_str() } else { "" };
        let body = if status == 429 { "{}" } else { body.as_str() };
        let head = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\n{extra}content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
    }
    Ok(())
}

/// How many requests a thousand calls of many tasks take on an API that limits their rate, and the seconds.
async fn limited(throttle: bool) -> Result<(usize, f64), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let requests = Arc::new(AtomicUsize::new(0));
    let window = Mutex::new((Instant::now(), 0));
    let counted = requests.clone();
    let accepts = Arc::new(move |_: &str| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut window = window.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if window.0.elapsed() >= LIMIT.1 {
            *window = (Instant::now(), 0);
        }
        if window.1 < LIMIT.0 {
            window.1 += 1;
            return (200, r#"{"object":"total_count","total_count":1}"#.to_owned());
        }
        let left = LIMIT.1.saturating_sub(window.0.elapsed()).as_millis() + 1;
        (429, format!("retry-after-ms: {left}\r\n"))
    });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, accepts.clone()));
        }
    });
    let clerk = Clerk::builder(KEY).server_url(url).throttle(throttle).build()?;
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..TASKS {
        let clerk = clerk.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..CALLS {
                clerk.request::<serde_json::Value>(clerk_sdk::http::Method::GET, "/users/count").await?;
            }
            Ok::<(), clerk_sdk::Error>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok((requests.load(Ordering::Relaxed), started.elapsed().as_secs_f64()))
}

#[tokio::main]
pub async fn measure() -> Result<Section, Failure> {
    eprintln!("a million users");
    let server = Server::start("serve-users")?;
    let [memory] =
        numbers(Command::new(std::env::current_exe()?).args(["walk", &format!("{}/v1", server.url())]))?;
    eprintln!("a limit of the rate of calls");
    let (with, took) = limited(true).await?;
    let (without, alone) = limited(false).await?;
    let (title, off) = ("of 1,000 calls at 100 in 300 ms", "its throttle off");
    let rows = vec![
        Row::new("Memory that 1,000,000 users take, by pages of 500", "MiB", [("clerk-sdk", memory)]),
        Row::new(format!("Requests {title}"), "", [("clerk-sdk", with as f64), (off, without as f64)]),
        Row::new(format!("Time {title}"), "s", [("clerk-sdk", took), (off, alone)]),
    ];
    Ok(Section { title: "Scale", rows })
}
