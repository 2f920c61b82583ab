//! The summary of a sweep as a table for a terminal, and as a picture.

use std::fmt::Write;

use super::summary::{SweepCoverage, SweepSummary};
use ocigraph_types::{markup_text, printable};

/// Repositories and platforms that are drawn. Those that lack most come first.
const MAX_ROWS: usize = 40;

/// Kinds that are drawn even if no image has them.
const EXPECTED: [&str; 3] = ["signature", "provenance", "sbom"];

/// Width of a bar in characters.
const BAR: u64 = 24;

impl SweepSummary {
    /// Draws the coverage as text: of all images, by repository, and by platform. Ends with a line break.
    pub fn table(&self) -> String {
        let mut text = format!("{} images, {} attached manifests", self.images, self.attached);
        for (count, what) in [
            (self.none, "with nothing attached"),
            (self.missing, "missing"),
            (self.unknown, "unknown"),
            (self.refused, "refused"),
        ] {
            if count > 0 {
                let _ = write!(text, ", {count} {what}");
            }
        }
        text.push('\n');
        let kinds = self.kinds();
        if !kinds.is_empty() {
            text.push_str("\nKIND          ATTACHED   LACKING   UNKNOWN\n");
        }
        for kind in &kinds {
            let Some(all) = self.all(kind) else { continue };
            let _ = writeln!(
                text,
                "{:12} {:9} {:9} {:9}  {} {:>3} %",
                kind,
                all.covered,
                all.lacking(),
                all.unknown,
                bar(all),
                percent(all)
            );
        }
        for (title, groups, left_out) in [self.repositories(), self.platforms()] {
            if groups.is_empty() {
                continue;
            }
            let name = |group: &[&SweepCoverage]| printable(name_of(group[0])).chars().count();
            let width = groups.iter().map(|group| name(group)).max().unwrap_or(0).max(title.len());
            let _ = write!(text, "\n{title:width$}    IMAGES");
            for kind in &kinds {
                let _ = write!(text, "  {:>12}", kind.to_uppercase());
            }
            text.push('\n');
            for group in groups {
                let _ =
                    write!(text, "{:width$} {:9}", printable(name_of(group[0])), group[0].images);
                for kind in &kinds {
                    let of_kind = group.iter().find(|coverage| coverage.kind == *kind);
                    let cell = of_kind.map_or_else(String::new, |coverage| cell(coverage));
                    let _ = write!(text, "  {cell:>12}");
                }
                text.push('\n');
            }
            if left_out > 0 {
                let _ = writeln!(text, "and {left_out} more");
            }
        }
        text
    }

    /// Draws the coverage as an SVG picture: a bar for each kind, of all images and of the repositories that
    /// lack most.
    pub fn svg(&self) -> String {
        let kinds = self.kinds();
        let (_, repositories, left_out) = self.repositories();
        let label = |group: &[&SweepCoverage]| printable(name_of(group[0])).chars().count();
        let longest = repositories.iter().map(|group| label(group)).max().unwrap_or(0).max(10);
        let left = 16 + 7 * longest.min(60);
        let (bar, gap, line) = (110, 16, 22);
        let width = left + kinds.len().max(1) * (bar + gap) + 90;
        let height = 74 + line * (repositories.len() + 1 + usize::from(left_out > 0));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n\
             <style>text{{fill:#24292f}}.yes{{fill:#2da44e}}.no{{fill:#cf222e}}.unknown{{fill:#9a9fa5}}\
             @media(prefers-color-scheme:dark){{text{{fill:#e6edf3}}}}</style>\n\
             <title>Coverage of {} images</title>\n",
            self.images
        );
        let _ = writeln!(
            svg,
            "<text x=\"16\" y=\"24\" font-weight=\"bold\">{} images</text>\
             <rect class=\"yes\" x=\"{left}\" y=\"14\" width=\"12\" height=\"12\"/><text x=\"{}\" y=\"24\">attached</text>\
             <rect class=\"no\" x=\"{}\" y=\"14\" width=\"12\" height=\"12\"/><text x=\"{}\" y=\"24\">lacking</text>\
             <rect class=\"unknown\" x=\"{}\" y=\"14\" width=\"12\" height=\"12\"/><text x=\"{}\" y=\"24\">unknown</text>",
            self.images,
            left + 18,
            left + 84,
            left + 102,
            left + 160,
            left + 178
        );
        for (i, kind) in kinds.iter().enumerate() {
            let x = left + i * (bar + gap);
            let _ = writeln!(svg, "<text x=\"{x}\" y=\"50\">{}</text>", markup_text(kind));
        }
        let all: Vec<&SweepCoverage> = kinds.iter().filter_map(|kind| self.all(kind)).collect();
        let rows = std::iter::once(("all".to_owned(), all))
            .chain(repositories.into_iter().map(|group| (name_of(group[0]).to_owned(), group)));
        let mut y = 58;
        for (name, group) in rows {
            let name: String = printable(&name).chars().take(60).collect();
            let _ = writeln!(svg, "<text x=\"16\" y=\"{}\">{}</text>", y + 12, markup_text(&name));
            for (i, kind) in kinds.iter().enumerate() {
                let Some(of_kind) = group.iter().find(|coverage| coverage.kind == *kind) else {
                    continue;
                };
                draw_bar(&mut svg, of_kind, left + i * (bar + gap), y, bar);
            }
            y += line;
        }
        if left_out > 0 {
            let _ = writeln!(svg, "<text x=\"16\" y=\"{}\">and {left_out} more</text>", y + 12);
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// The kinds that are drawn.
    fn kinds(&self) -> Vec<&str> {
        let all = self.coverage.iter().filter(|c| c.repository.is_none() && c.platform.is_none());
        let drawn = all.filter(|c| c.covered > 0 || EXPECTED.contains(&c.kind.as_str()));
        drawn.map(|coverage| coverage.kind.as_str()).collect()
    }

    fn all(&self, kind: &str) -> Option<&SweepCoverage> {
        let mut coverage = self.coverage.iter();
        coverage.find(|c| c.repository.is_none() && c.platform.is_none() && c.kind == kind)
    }

    fn repositories(&self) -> (&'static str, Vec<Vec<&SweepCoverage>>, usize) {
        self.groups("REPOSITORY", |coverage| coverage.repository.is_some())
    }

    fn platforms(&self) -> (&'static str, Vec<Vec<&SweepCoverage>>, usize) {
        self.groups("PLATFORM", |coverage| coverage.platform.is_some())
    }

    /// Groups what belongs to one repository or platform. Returns how many are left out, too.
    fn groups(
        &self,
        title: &'static str,
        is_meant: impl Fn(&SweepCoverage) -> bool,
    ) -> (&'static str, Vec<Vec<&SweepCoverage>>, usize) {
        let mut groups: Vec<Vec<&SweepCoverage>> = Vec::new();
        for coverage in self.coverage.iter().filter(|coverage| is_meant(coverage)) {
            match groups.last_mut() {
                Some(group) if name_of(group[0]) == name_of(coverage) => group.push(coverage),
                _ => groups.push(vec![coverage]),
            }
        }
        let lacking = |group: &Vec<&SweepCoverage>| -> u64 {
            let expected = group.iter().filter(|c| EXPECTED.contains(&c.kind.as_str()));
            expected.map(|coverage| coverage.lacking()).sum()
        };
        groups.sort_by_key(|group| std::cmp::Reverse(lacking(group)));
        let left_out = groups.len().saturating_sub(MAX_ROWS);
        groups.truncate(MAX_ROWS);
        (title, groups, left_out)
    }
}

fn name_of(coverage: &SweepCoverage) -> &str {
    coverage.repository.as_deref().or(coverage.platform.as_deref()).unwrap_or_default()
}

fn percent(coverage: &SweepCoverage) -> u64 {
    (coverage.covered * 100).checked_div(coverage.images).unwrap_or(0)
}

fn bar(coverage: &SweepCoverage) -> String {
    let share = |count: u64| (count * BAR).checked_div(coverage.images).unwrap_or(0);
    let covered = share(coverage.covered);
    let unknown = share(coverage.covered + coverage.unknown) - covered;
    let of = |character: &str, count: u64| character.repeat(count as usize);
    of("█", covered) + &of("▒", unknown) + &of("·", BAR - covered - unknown)
}

fn cell(coverage: &SweepCoverage) -> String {
    match coverage.unknown {
        0 => format!("{} %", percent(coverage)),
        unknown => format!("{} % {unknown}?", percent(coverage)),
    }
}

fn draw_bar(svg: &mut String, coverage: &SweepCoverage, x: usize, y: usize, width: usize) {
    let share = |count: u64| count as usize * width / (coverage.images as usize).max(1);
    let parts =
        [("yes", coverage.covered), ("no", coverage.lacking()), ("unknown", coverage.unknown)];
    let (mut start, mut count) = (0, 0);
    let _ = write!(
        svg,
        "<g><title>{}: {} attached, {} lacking, {} unknown</title>",
        markup_text(&coverage.kind),
        coverage.covered,
        coverage.lacking(),
        coverage.unknown
    );
    for (class, of_part) in parts {
        count += of_part;
        let end = share(count);
        if end > start {
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{}\" y=\"{y}\" width=\"{}\" height=\"14\"/>",
                x + start,
                end - start
            );
        }
        start = end;
    }
    svg.push_str("</g>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(repository: Option<&str>, kind: &str, counts: [u64; 3]) -> SweepCoverage {
        let [images, covered, unknown] = counts;
        let (repository, platform) = (repository.map(str::to_owned), None);
        SweepCoverage { repository, platform, kind: kind.to_owned(), images, covered, unknown }
    }

    fn summary() -> SweepSummary {
        let coverage = vec![
            coverage(None, "signature", [10, 5, 1]),
            coverage(None, "sbom", [10, 0, 1]),
            coverage(None, "vex", [10, 0, 1]),
            coverage(Some("host/a<b"), "signature", [10, 5, 1]),
            coverage(Some("host/a<b"), "sbom", [10, 0, 1]),
        ];
        SweepSummary {
            images: 10,
            attached: 5,
            none: 4,
            unknown: 1,
            coverage,
            ..Default::default()
        }
    }

    #[test]
    fn a_table_has_what_is_attached_lacking_and_unknown() {
        let table = summary().table();
        let expected = "\
10 images, 5 attached manifests, 4 with nothing attached, 1 unknown

KIND          ATTACHED   LACKING   UNKNOWN
signature            5         4         1  ████████████▒▒··········  50 %
sbom                 0         9         1  ▒▒······················   0 %

REPOSITORY    IMAGES     SIGNATURE          SBOM
host/a<b          10       50 % 1?        0 % 1?
";
        assert_eq!(table, expected);
    }

    #[test]
    fn a_picture_escapes_names() {
        let svg = summary().svg();
        assert!(svg.contains("host/a&lt;b") && !svg.contains("a<b"), "{svg}");
        assert!(svg.contains("signature: 5 attached, 4 lacking, 1 unknown"), "{svg}");
    }
}
