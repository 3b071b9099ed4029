//! The results as JSON, as Markdown tables and as a chart.

use std::fmt::Write as _;
use std::path::Path;

use plotters::prelude::*;
use serde::Serialize;

use crate::Failure;

/// What belongs together, and is measured of the same candidates.
#[derive(Serialize)]
pub struct Section {
    pub title: &'static str,
    pub rows: Vec<Row>,
}

/// One thing that was measured, for each candidate.
#[derive(Serialize)]
pub struct Row {
    title: String,
    unit: &'static str,
    /// The SDK comes first.
    values: Vec<(&'static str, f64)>,
}

impl Row {
    pub fn new(
        title: impl Into<String>,
        unit: &'static str,
        values: impl IntoIterator<Item = (&'static str, f64)>,
    ) -> Self {
        Self { title: title.into(), unit, values: values.into_iter().collect() }
    }

    fn value(&self, candidate: &str) -> Option<f64> {
        self.values.iter().find(|(name, _)| *name == candidate).map(|(_, value)| *value)
    }

    /// A value as a multiple of the SDK's; none where the SDK takes nothing.
    fn multiple(&self, value: f64) -> Option<f64> {
        let (_, first) = self.values.first()?;
        (*first > 0.0).then(|| value / first)
    }

    fn shown(&self, value: f64) -> String {
        let number = if value.fract() == 0.0 || value >= 100.0 {
            format!("{value:.0}")
        } else if value >= 1.0 {
            format!("{value:.1}")
        } else {
            format!("{value:.2}")
        };
        if self.unit.is_empty() { number } else { format!("{number} {}", self.unit) }
    }
}

/// Writes the three files into a folder.
pub fn write(out: &Path, results: &[Section]) -> Result<(), Failure> {
    std::fs::create_dir_all(out)?;
    let mut json = serde_json::to_string_pretty(results)?;
    json.push('\n');
    std::fs::write(out.join("measurements.json"), json)?;
    let tables = tables(results);
    print!("{tables}");
    std::fs::write(out.join("measurements.md"), tables)?;
    chart(&out.join("measurements.svg"), results)
}

/// A table for each section. What others take is followed by how many times the SDK's that is.
fn tables(results: &[Section]) -> String {
    let mut out = String::new();
    for section in results {
        let names = candidates(section);
        let _ = write!(out, "### {}\n\n| | {} |\n|---|", section.title, names.join(" | "));
        out.push_str(&"--:|".repeat(names.len()));
        for row in &section.rows {
            let _ = write!(out, "\n| {} |", row.title);
            for (column, name) in names.iter().enumerate() {
                let _ = match row.value(name) {
                    None => write!(out, " |"),
                    Some(value) if column == 0 => write!(out, " **{}** |", row.shown(value)),
                    Some(value) => match row.multiple(value) {
                        Some(multiple) => write!(out, " {} (×{multiple:.2}) |", row.shown(value)),
                        None => write!(out, " {} |", row.shown(value)),
                    },
                };
            }
        }
        out.push_str("\n\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// All candidates of a section, in the order in which they come up.
fn candidates(section: &Section) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (name, _) in section.rows.iter().flat_map(|row| &row.values) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

/// A bar for each value, as a multiple of the SDK's, of all rows that compare. Bars that would dwarf the others are cut.
fn chart(path: &Path, results: &[Section]) -> Result<(), Failure> {
    const LONGEST: f64 = 3.0;
    const TITLES: f64 = -1.9;
    const SDK: RGBColor = RGBColor(108, 71, 255);
    const OTHER: RGBColor = RGBColor(165, 165, 165);
    const CUT: RGBColor = RGBColor(222, 165, 60);
    let rows: Vec<&Row> = results
        .iter()
        .flat_map(|section| &section.rows)
        .filter(|row| row.values.len() > 1 && row.multiple(0.0).is_some())
        .collect();
    let lines: usize = rows.iter().map(|row| row.values.len() + 1).sum();
    let root = SVGBackend::new(path, (960, 60 + 17 * lines as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Multiples of what clerk-sdk takes", ("sans-serif", 18))
        .margin(12)
        .build_cartesian_2d(TITLES..LONGEST + 1.5, 0.0..lines as f64)?;
    let mut line = lines as f64;
    for row in rows {
        chart.draw_series([Text::new(row.title.clone(), (TITLES, line - 0.1), ("sans-serif", 14))])?;
        for (index, (name, value)) in row.values.iter().enumerate() {
            let Some(multiple) = row.multiple(*value) else { continue };
            let length = multiple.min(LONGEST);
            let colour = match index {
                0 => SDK,
                _ if multiple > LONGEST => CUT,
                _ => OTHER,
            };
            let bar = Rectangle::new([(0.0, line), (length, line - 0.85)], colour.filled());
            let label = format!("{name} {} (×{multiple:.2})", row.shown(*value));
            chart.draw_series([bar])?;
            chart.draw_series([Text::new(label, (length + 0.03, line - 0.12), ("sans-serif", 12))])?;
            line -= 1.0;
        }
        line -= 1.0;
    }
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section() -> Section {
        let calls = [("clerk-sdk", 60.0), ("reqwest", 50.0), ("Python", 6000.0)];
        let memory = [("clerk-sdk", 0.0), ("reqwest", 2.0)];
        let rows = vec![
            Row::new("CPU", "µs", calls),
            Row::new("Allocations", "", [("clerk-sdk", 3.0)]),
            Row::new("Memory", "MiB", memory),
        ];
        Section { title: "Calls", rows }
    }

    #[test]
    fn a_table_shows_what_others_take_as_multiples() {
        let table = tables(&[section()]);

        assert_eq!(
            table,
            "### Calls\n\n\
             | | clerk-sdk | reqwest | Python |\n\
             |---|--:|--:|--:|\n\
             | CPU | **60 µs** | 50 µs (×0.83) | 6000 µs (×100.00) |\n\
             | Allocations | **3** | | |\n\
             | Memory | **0 MiB** | 2 MiB | |\n"
        );
    }

    #[test]
    fn a_chart_has_a_bar_for_each_value_that_compares_and_none_for_others() {
        let out = tempfile::tempdir().expect("a folder");

        write(out.path(), &[section()]).expect("three files");

        let chart = std::fs::read_to_string(out.path().join("measurements.svg")).expect("a chart");
        assert!(chart.contains("Python 6000 µs (×100.00)"), "{chart}");
        assert!(!chart.contains("Allocations") && !chart.contains("Memory"), "{chart}");
        let json = std::fs::read_to_string(out.path().join("measurements.json")).expect("JSON");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json[0]["rows"][0]["values"][2], serde_json::json!(["Python", 6000.0]));
    }
}
