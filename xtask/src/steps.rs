//! What a command is doing, for the person who waits: a spinner on a terminal, and a line for each step that is done.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::Error;

/// How long a step takes before its time is worth telling.
const WORTH_TELLING: Duration = Duration::from_millis(50);

/// Shows steps on standard error.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// Where lines go instead.
    kept: Option<RefCell<Vec<String>>>,
}

impl Steps {
    /// Shows nothing.
    #[cfg(test)]
    pub(crate) fn quiet() -> Self {
        Self { kept: Some(RefCell::default()) }
    }

    /// What was not shown.
    #[cfg(test)]
    pub(crate) fn kept(self) -> Vec<String> {
        self.kept.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Takes a step; `work` says in a few words what came out.
    pub(crate) fn step<T>(
        &self,
        name: &str,
        work: impl FnOnce() -> Result<(T, String), Error>,
    ) -> Result<T, Error> {
        let spinner = (self.kept.is_none() && std::io::stderr().is_terminal()).then(|| spinner(name));
        let start = Instant::now();
        let outcome = work();
        if let Some(spinner) = spinner {
            spinner.finish_and_clear();
        }
        let took = start.elapsed();
        let (value, said) = outcome.inspect_err(|_| self.line(name, "failed"))?;
        if took >= WORTH_TELLING {
            self.line(name, &format!("{said}  ({:.1} s)", took.as_secs_f64()));
        } else {
            self.line(name, &said);
        }
        Ok(value)
    }

    /// A line, of which there may be several under one name.
    pub(crate) fn line(&self, name: &str, text: &str) {
        let line = format!("  {name:<9} {text}");
        match &self.kept {
            Some(kept) => kept.borrow_mut().push(line),
            None => eprintln!("{line}"),
        }
    }
}

fn spinner(name: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(name.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg:<9} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
