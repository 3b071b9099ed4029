//! All users as JSON lines, with a progress bar: `cargo run --example export_users -- users.jsonl`.
//!
//! Interrupted, it goes on where it was: beside the file it keeps another one, `….progress`, with the last user that
//! is safely written. The lines hold all that the API answers, private metadata included.
//!
//! Without `CLERK_SECRET_KEY` it exports the users of a Clerk inside of this process, and interrupts itself halfway.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clerk_sdk::Clerk;
use clerk_sdk::mock::MockClerk;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    if std::env::var_os("CLERK_SECRET_KEY").is_some() {
        println!("Exporting the users of the real instance.");
        let path = path.unwrap_or_else(|| "users.jsonl".into());
        return export(&Clerk::from_env()?, &path, usize::MAX).await;
    }
    println!("No CLERK_SECRET_KEY: exporting the users of a Clerk inside of this process.");
    let path = path
        .unwrap_or_else(|| std::env::temp_dir().join(format!("clerk-users-{}.jsonl", std::process::id())));
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    for number in 1..=450 {
        clerk.users().create().email_address([format!("user{number}@example.com")]).await?;
    }
    export(&clerk, &path, 2).await?;
    println!("Interrupted. Once more:");
    export(&clerk, &path, usize::MAX).await?;
    assert_eq!(fs::read_to_string(&path)?.lines().count(), 450, "every user once");
    Ok(())
}

/// Appends all users that are not in the file yet; `pages` is after how many pages to break off.
async fn export(clerk: &Clerk, path: &Path, pages: usize) -> Result<()> {
    let mut progress = Progress::load(path)?;
    // From now on the file is this program's.
    progress.save()?;
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    // What came after the last page that is known to be whole is written again.
    file.set_len(progress.bytes)?;
    file.seek(SeekFrom::End(0))?;
    let mut file = BufWriter::new(file);

    let total = clerk.users().count().await?.total_count;
    let bar = ProgressBar::new(total.unsigned_abs());
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} users, {per_sec}, {eta} left")?);
    bar.set_position(progress.users);
    bar.reset_eta();

    // The oldest first, so that users who sign up meanwhile come last and are not missed.
    let request = clerk.users().list().order_by("+created_at").limit(100);
    let mut list = request.apply_if(progress.after.clone(), |list, id| list.starting_after(id)).pages();
    for _ in 0..pages {
        let Some(page) = list.try_next().await? else {
            progress.forget()?;
            bar.finish();
            println!("{} users are in {}", progress.users, path.display());
            return Ok(());
        };
        for user in &page {
            serde_json::to_writer(&mut file, user)?;
            file.write_all(b"\n")?;
        }
        file.flush()?;
        file.get_ref().sync_data()?;
        progress.after = page.last().map(|user| user.id.clone()).or(progress.after);
        progress.users += page.len() as u64;
        progress.bytes = file.stream_position()?;
        progress.save()?;
        bar.inc(page.len() as u64);
    }
    bar.abandon();
    Ok(())
}

/// How far an export has come.
struct Progress {
    path: PathBuf,
    /// The id of the last user in the file.
    after: Option<String>,
    users: u64,
    bytes: u64,
}

impl Progress {
    fn load(export: &Path) -> Result<Self> {
        let path = PathBuf::from(format!("{}.progress", export.display()));
        let saved: Value = match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::metadata(export).is_ok_and(|file| file.len() > 0) {
                    return Err(format!("{} is there already", export.display()).into());
                }
                Value::Null
            }
            Err(error) => return Err(error.into()),
        };
        let number = |key: &str| saved.get(key).and_then(Value::as_u64).unwrap_or_default();
        let after = saved.get("after").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { after, users: number("users"), bytes: number("bytes"), path })
    }

    /// Replaces the file in one step: an interruption leaves the old one or the new one.
    fn save(&self) -> Result<()> {
        let new = self.path.with_extension("progress-new");
        let mut file = File::create(&new)?;
        serde_json::to_writer(
            &mut file,
            &json!({ "after": self.after, "users": self.users, "bytes": self.bytes }),
        )?;
        file.sync_data()?;
        Ok(fs::rename(new, &self.path)?)
    }

    fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
