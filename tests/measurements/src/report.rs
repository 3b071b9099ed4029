//! The results as JSON, as a Markdown table and as a chart.

use std::fmt::Write as _;
use std::path::Path;

use plotters::prelude::*;
use serde::Serialize;

use crate::Failure;
use crate::calls::Candidate;

/// One thing that was measured, for each candidate.
#[derive(Serialize)]
pub struct Measured {
    title: String,
    unit: &'static str,
    sdk: f64,
    reqwest: f64,
    clerk_rs: f64,
}

impl Measured {
    /// The values in the order of [`Candidate::ALL`].
    pub fn new(title: String, unit: &'static str, [sdk, reqwest, clerk_rs]: [f64; 3]) -> Self {
        Self { title, unit, sdk, reqwest, clerk_rs }
    }

    fn values(&self) -> [f64; 3] {
        [self.sdk, self.reqwest, self.clerk_rs]
    }

    fn shown(&self, value: f64) -> String {
        let number = if value.fract() == 0.0 || value >= 100.0 {
            format!("{value:.0}")
        } else {
            format!("{value:.1}")
        };
        if self.unit.is_empty() { number } else { format!("{number} {}", self.unit) }
    }
}

/// Writes the three files into a folder.
pub fn write(out: &Path, results: &[Measured]) -> Result<(), Failure> {
    std::fs::create_dir_all(out)?;
    let mut json = serde_json::to_string_pretty(results)?;
    json.push('\n');
    std::fs::write(out.join("measurements.json"), json)?;
    let table = table(results);
    print!("{table}");
    std::fs::write(out.join("measurements.md"), table)?;
    chart(&out.join("measurements.svg"), results)
}

fn table(results: &[Measured]) -> String {
    let names = Candidate::ALL.map(Candidate::name);
    let mut out = format!(
        "| | {} | to {} | to {} |\n",
        names.map(|name| format!("`{name}`")).join(" | "),
        names[1],
        names[2]
    );
    out.push_str("|---|--:|--:|--:|--:|--:|\n");
    for result in results {
        let values = result.values().map(|value| result.shown(value)).join(" | ");
        let (bare, other) = (result.sdk / result.reqwest, result.sdk / result.clerk_rs);
        let _ = writeln!(out, "| {} | {values} | {bare:.2} | {other:.2} |", result.title);
    }
    out
}

/// Bars for each result, as multiples of `reqwest`'s.
fn chart(path: &Path, results: &[Measured]) -> Result<(), Failure> {
    const COLOURS: [RGBColor; 3] = [RGBColor(108, 71, 255), RGBColor(150, 150, 150), RGBColor(222, 165, 60)];
    let highest = results
        .iter()
        .flat_map(|result| result.values().map(|value| value / result.reqwest))
        .fold(1.0, f64::max);
    let root = SVGBackend::new(path, (860, 60 + 64 * results.len() as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Multiples of what reqwest takes; less is better", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(24)
        .build_cartesian_2d(-0.9 * highest..highest * 1.12, 0.0..results.len() as f64)?;
    for (row, result) in results.iter().enumerate() {
        let top = (results.len() - row) as f64 - 0.1;
        let title = result.title.replace('`', "");
        chart.draw_series([Text::new(title, (-0.9 * highest, top - 0.32), ("sans-serif", 15))])?;
        for (index, value) in result.values().into_iter().enumerate() {
            let (length, top) = (value / result.reqwest, top - 0.27 * index as f64);
            chart
                .draw_series([Rectangle::new([(0.0, top), (length, top - 0.24)], COLOURS[index].filled())])?;
            let label = format!("{} {}", Candidate::ALL[index].name(), result.shown(value));
            chart.draw_series([Text::new(
                label,
                (length + 0.01 * highest, top - 0.02),
                ("sans-serif", 12),
            )])?;
        }
    }
    root.present()?;
    Ok(())
}
