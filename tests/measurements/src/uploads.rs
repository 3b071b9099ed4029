//! What it costs to upload a large file from disk: CPU time, and memory.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;
use clerk_sdk::{Clerk, FilePart};
use nix::sys::resource::{UsageWho, getrusage};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Failure;
use crate::calls::{Server, cpu, numbers};
use crate::peers::Peer;
use crate::report::{Row, Section};
use crate::server;

const KEY: &str = "sk_test_measurement";
const ROUNDS: usize = 5;
const SIZE: u64 = 200 << 20;

/// Who uploads.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Candidate {
    Sdk,
    Reqwest,
}

impl Candidate {
    const ALL: [Self; 2] = [Self::Sdk, Self::Reqwest];

    fn name(self) -> &'static str {
        match self {
            Self::Sdk => "clerk-sdk",
            Self::Reqwest => "reqwest",
        }
    }
}

/// Uploads a file, after a small one to warm up, and prints the seconds of CPU and the MiB that the memory has grown by.
#[tokio::main]
pub async fn upload(candidate: Candidate, url: &str, file: &Path) -> Result<(), Failure> {
    let clerk = Clerk::builder(KEY).server_url(url).build()?;
    let client = reqwest::Client::new();
    let send = async |file: &Path| {
        match candidate {
            Candidate::Sdk => {
                let file = FilePart::from_path(file).await?.file_name("picture.png");
                clerk.users().set_profile_image("user_1", file).await?;
            }
            Candidate::Reqwest => {
                let part = reqwest::multipart::Part::file(file).await?.file_name("picture.png");
                let form = reqwest::multipart::Form::new().part("file", part.mime_str("image/png")?);
                let request = client.post(format!("{url}/users/user_1/profile_image"));
                request.bearer_auth(KEY).multipart(form).send().await?.error_for_status()?.bytes().await?;
            }
        }
        Ok::<(), Failure>(())
    };
    let mut small = tempfile::NamedTempFile::new()?;
    small.write_all(&[7; 1 << 20])?;
    send(small.path()).await?;
    let (before, memory) = (cpu(UsageWho::RUSAGE_SELF)?, peak()?);
    send(file).await?;
    println!("{:.4} {:.1}", cpu(UsageWho::RUSAGE_SELF)? - before, peak()? - memory);
    Ok(())
}

/// The most memory that the process had, in MiB.
pub fn peak() -> Result<f64, Failure> {
    let unit = if cfg!(target_os = "macos") { 1 << 20 } else { 1 << 10 };
    Ok(getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as f64 / f64::from(unit))
}

/// Prints the address, and answers uploads with a user until the process is ended.
#[tokio::main(flavor = "current_thread")]
pub async fn serve() -> Result<(), Failure> {
    let listener = server::listen().await?;
    let users: Vec<serde_json::Value> = serde_json::from_str(include_str!("../users.json"))?;
    let user = users.first().ok_or("no user")?.to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
    let answer: &'static str = format!("{head}{}\r\n\r\n{user}", user.len()).leak();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(take_all(BufReader::with_capacity(256 << 10, stream), answer));
    }
}

async fn take_all(mut stream: BufReader<TcpStream>, answer: &'static str) -> std::io::Result<()> {
    stream.get_ref().set_nodelay(true)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            match line.strip_prefix("content-length:") {
                Some(bytes) => length = bytes.trim().parse().map_err(std::io::Error::other)?,
                None if line.is_empty() => break,
                None => {}
            }
        }
        while length > 0 {
            let size = buffer.len().min(length);
            match stream.read(&mut buffer[..size]).await? {
                0 => return Ok(()),
                read => length -= read,
            }
        }
        stream.write_all(answer.as_bytes()).await?;
    }
}

pub fn measure() -> Result<Section, Failure> {
    let program = std::env::current_exe()?;
    let server = Server::start("serve-uploads")?;
    let url = format!("{}/v1", server.url());
    let file = file()?;

    let mut best = [(f64::MAX, f64::MAX); 2];
    let mut python = f64::MAX;
    for round in 0..ROUNDS {
        eprintln!("uploads: round {} of {ROUNDS}", round + 1);
        for (candidate, best) in Candidate::ALL.into_iter().zip(&mut best) {
            let value = candidate.to_possible_value().ok_or("no name")?;
            let mut upload = Command::new(&program);
            upload.args(["upload", value.get_name(), &url]).arg(&file.0);
            let [cpu, memory] = numbers(&mut upload)?;
            *best = (best.0.min(cpu), best.1.min(memory));
        }
        if let Some(mut upload) = Peer::Python.program("uploads") {
            let [cpu] = numbers(upload.args([server.url()]).arg(&file.0).arg("1"))?;
            python = python.min(cpu);
        }
    }
    let of_all = |value: fn(&(f64, f64)) -> f64| {
        Candidate::ALL.into_iter().zip(&best).map(move |(candidate, best)| (candidate.name(), value(best)))
    };
    let mut seconds: Vec<_> = of_all(|(cpu, _)| *cpu).collect();
    if python < f64::MAX {
        seconds.push((Peer::Python.name(), python));
    }
    let rows = vec![
        Row::new("CPU to upload 200 MB", "s", seconds),
        Row::new("Memory that it takes", "MiB", of_all(|(_, memory)| *memory)),
    ];
    Ok(Section { title: "Uploads", rows })
}

/// A file that is there as long as this is.
struct File(PathBuf, #[allow(dead_code)] tempfile::TempDir);

fn file() -> Result<File, Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("picture.png");
    let mut file = std::fs::File::create(&path)?;
    let block: Vec<u8> = (0..1 << 20).map(|byte: u32| byte as u8).collect();
    for _ in 0..SIZE >> 20 {
        file.write_all(&block)?;
    }
    Ok(File(path, folder))
}
