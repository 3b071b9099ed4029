//! The conformance driver: a request in JSON on each line of standard input, its answer on a line of standard output.

use std::io;

use clerk_tests::driver::Driver;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut driver = Driver::default();
    let mut input = BufReader::new(tokio::io::stdin());
    let mut output = tokio::io::stdout();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).await? > 0 {
        let mut answer = driver.answer(&line).await.to_string();
        answer.push('\n');
        output.write_all(answer.as_bytes()).await?;
        output.flush().await?;
        line.clear();
    }
    Ok(())
}
