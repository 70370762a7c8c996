//! Items in the plane as inline SVG, by hand: `plotters` draws no tooltips.
//!
//! Canvas and colours are those of the other plots, so that the style sheet renames them in dark mode too.

use std::cmp::Reverse;
use std::ops::Range;

use hob_training::recommend::RecommendDetail;

use super::plot::{SIZE, range};
use super::text::{cell_text, counted, escape};

/// Items with a label, and how many of the most popular may get one where there is room.
const MAX_LABELS: usize = 12;
const MAX_TRIED: usize = 24;

/// Longest label in characters.
const MAX_LABEL: usize = 22;

/// Size of the labels, and about how wide a letter is beside it.
const FONT: f64 = 26.0;
const LETTER: f64 = 0.66;

/// Share of the canvas that stays free at each edge.
const MARGIN: f64 = 0.04;

/// An item on the canvas.
struct Dot<'a> {
    item: &'a str,
    users: usize,
    x: f64,
    y: f64,
    radius: f64,
}

/// The room of a label on the canvas.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    width: f64,
}

/// A short name beside its dot.
struct Label<'a> {
    dot: &'a Dot<'a>,
    text: String,
    frame: Frame,
}

/// A dot per item, with the names of the most popular.
pub(super) fn svg(detail: &RecommendDetail) -> String {
    let dots = dots(detail);
    let opacity = if dots.len() > 200 { 0.35 } else { 0.6 };
    let circles: String = dots.iter().map(|dot| dot.svg(opacity)).collect();
    let labels: String = labels(&dots).iter().map(Label::svg).collect();
    let (width, height) = SIZE;
    format!(
        "<svg viewBox=\"0 0 {width} {height}\">\n\
         <rect x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#E3E6EA\" stroke-width=\"2\"/>\n\
         {circles}<g pointer-events=\"none\" font-family=\"sans-serif\" font-size=\"{FONT}\" fill=\"currentColor\">\n\
         {labels}</g>\n</svg>\n",
        width - 2,
        height - 2
    )
}

/// The items, most popular first, so that rare ones are drawn over them.
fn dots(detail: &RecommendDetail) -> Vec<Dot<'_>> {
    let points = || {
        let points = detail.map.iter();
        points.filter(|point| point.x.is_finite() && point.y.is_finite())
    };
    let x = range(points().map(|point| f64::from(point.x)), MARGIN);
    let y = range(points().map(|point| f64::from(point.y)), MARGIN);
    let share = |range: &Range<f64>, value: f32| {
        (f64::from(value) - range.start) / (range.end - range.start)
    };
    let most = points().map(|point| point.users).max().unwrap_or(0).max(1);
    let mut dots: Vec<Dot> = points()
        .map(|point| Dot {
            item: &point.item,
            users: point.users,
            x: share(&x, point.x) * f64::from(SIZE.0),
            y: (1.0 - share(&y, point.y)) * f64::from(SIZE.1),
            radius: 4.0 + 12.0 * (point.users as f64 / most as f64).sqrt(),
        })
        .collect();
    dots.sort_by_key(|dot| Reverse(dot.users));
    dots
}

/// Names of the most popular items, where none covers another.
fn labels<'a>(dots: &'a [Dot<'a>]) -> Vec<Label<'a>> {
    let mut labels: Vec<Label> = Vec::new();
    for dot in dots.iter().take(MAX_TRIED) {
        if labels.len() == MAX_LABELS {
            break;
        }
        let text = shortened(dot.item);
        let width = text.chars().count() as f64 * FONT * LETTER;
        let is_free = |frame: &Frame| {
            frame.is_inside() && !labels.iter().any(|label| label.frame.meets(*frame))
        };
        let frame = dot.frames(width).into_iter().find(is_free);
        labels.extend(frame.map(|frame| Label { dot, text, frame }));
    }
    labels
}

/// A name, cut if it is long.
fn shortened(item: &str) -> String {
    match item.char_indices().nth(MAX_LABEL) {
        Some((end, _)) => format!("{}\u{2026}", item[..end].trim_end()),
        None => item.to_owned(),
    }
}

impl Dot<'_> {
    fn svg(&self, opacity: f64) -> String {
        format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" opacity=\"{opacity}\" fill=\"#2563EB\">\
             <title>{}: {}</title></circle>\n",
            self.x,
            self.y,
            self.radius,
            cell_text(self.item),
            counted(self.users, "user")
        )
    }

    /// Where a label may stand: right, left, above or below.
    fn frames(&self, width: f64) -> [Frame; 4] {
        let gap = self.radius + 5.0;
        let (middle, beside) = (self.x - width / 2.0, self.y - FONT / 2.0);
        [
            (self.x + gap, beside),
            (self.x - gap - width, beside),
            (middle, self.y - gap - FONT),
            (middle, self.y + gap),
        ]
        .map(|(left, top)| Frame { left, top, width })
    }
}

impl Frame {
    fn is_inside(self) -> bool {
        let (right, bottom) = (self.left + self.width, self.top + FONT);
        self.left > 0.0 && self.top > 0.0 && right < f64::from(SIZE.0) && bottom < f64::from(SIZE.1)
    }

    fn meets(self, other: Self) -> bool {
        self.left < other.left + other.width
            && other.left < self.left + self.width
            && (self.top - other.top).abs() < FONT
    }
}

impl Label<'_> {
    /// The name, and a ring around the dot that it belongs to.
    fn svg(&self) -> String {
        let (left, right) = (self.frame.left, self.frame.left + self.frame.width);
        let (anchor, x) = match self.dot.x {
            dot if dot < left => ("start", left),
            dot if dot > right => ("end", right),
            _ => ("middle", (left + right) / 2.0),
        };
        format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"none\" stroke=\"#5B6470\" stroke-width=\"2\"/>\n\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>\n",
            self.dot.x,
            self.dot.y,
            self.dot.radius,
            self.frame.top + FONT * 0.8,
            escape(&self.text)
        )
    }
}
