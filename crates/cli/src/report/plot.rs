//! Plots as inline SVG by `plotters`.
//!
//! Colours are fixed here and renamed by the style sheet in dark mode (it selects by attribute); the two lists must
//! agree. Coordinates of the backend are whole numbers, so the canvas is twice the size at which it is shown.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::text::{escape, tick};

/// Width and height of the canvas.
pub(super) const SIZE: (u32, u32) = (1120, 720);
const FONT: f64 = 36.0;

const TEXT: RGBColor = RGBColor(0x5B, 0x64, 0x70);
const GRID: RGBColor = RGBColor(0xE3, 0xE6, 0xEA);

/// Ten hues that differ in lightness too, for readers who do not see all of them.
const SERIES: [RGBColor; 10] = [
    RGBColor(0x25, 0x63, 0xEB),
    RGBColor(0xD9, 0x77, 0x06),
    RGBColor(0x05, 0x96, 0x69),
    RGBColor(0xDB, 0x27, 0x77),
    RGBColor(0x7C, 0x3A, 0xED),
    RGBColor(0x08, 0x91, 0xB2),
    RGBColor(0x65, 0xA3, 0x0D),
    RGBColor(0xDC, 0x26, 0x26),
    RGBColor(0x4B, 0x55, 0x63),
    RGBColor(0xA1, 0x62, 0x07),
];

type Drawing<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// A line with its name in the legend.
pub(super) struct Series {
    pub(super) label: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// What the axes show.
pub(super) struct Axes {
    pub(super) x: Range<f64>,
    pub(super) y: Range<f64>,
    pub(super) x_label: String,
    pub(super) y_label: String,
    /// Draw the line on which both are equal.
    pub(super) diagonal: bool,
    /// Draw a dashed line here.
    pub(super) marked_x: Option<f64>,
}

impl Axes {
    /// From 0 to 1 both ways.
    pub(super) fn unit(x_label: &str, y_label: &str) -> Self {
        Self {
            x: 0.0..1.0,
            y: 0.0..1.02,
            x_label: x_label.to_owned(),
            y_label: y_label.to_owned(),
            diagonal: false,
            marked_x: None,
        }
    }

    /// Wide enough for all points; from 0 up if that costs little room.
    pub(super) fn around(series: &[Series], x_label: &str, y_label: &str) -> Self {
        let points = || series.iter().flat_map(|series| &series.points);
        let x = range(points().map(|point| point.0), 0.0);
        let mut y = range(points().map(|point| point.1), 0.06);
        if y.start < 0.25 * y.end && points().all(|point| point.1 >= 0.0) {
            y.start = 0.0;
        }
        Self {
            x,
            y,
            ..Self::unit(x_label, y_label)
        }
    }
}

/// Smallest to largest finite value with a margin; never empty.
pub(super) fn range(values: impl Iterator<Item = f64>, margin: f64) -> Range<f64> {
    let bounds =
        values
            .filter(|value| value.is_finite())
            .fold(None, |bounds: Option<(f64, f64)>, value| {
                let (low, high) = bounds.unwrap_or((value, value));
                Some((low.min(value), high.max(value)))
            });
    let (low, high) = bounds.unwrap_or((0.0, 1.0));
    let width = high - low;
    if !width.is_finite() || width <= 1e-12 * low.abs().max(high.abs()).max(1e-12) {
        let around = 0.5 * low.abs().max(high.abs()).clamp(1e-3, 1e300);
        return low.max(-1e300) - around..high.min(1e300) + around;
    }
    low - width * margin..high + width * margin
}

/// A plot with title and legend. A legend of one unnamed line is left out.
pub(super) fn figure(title: &str, svg: &str, series: &[Series]) -> String {
    let legend: String = series
        .iter()
        .enumerate()
        .filter(|(_, series)| !series.label.is_empty())
        .map(|(place, series)| {
            format!(
                "<li><i class=\"s{}\"></i>{}</li>",
                place % SERIES.len() + 1,
                escape(&series.label)
            )
        })
        .collect();
    let legend = if legend.is_empty() {
        legend
    } else {
        format!("<ul class=\"legend\">{legend}</ul>\n")
    };
    let title = escape(title);
    let svg = svg.replacen(
        "<svg ",
        &format!("<svg role=\"img\" aria-label=\"{title}\" "),
        1,
    );
    format!("<figure>\n<figcaption>{title}</figcaption>\n{svg}{legend}</figure>\n")
}

/// Lines, each in its own colour.
pub(super) fn lines(axes: &Axes, series: &[Series]) -> String {
    draw(axes, |chart| {
        for (place, series) in series.iter().enumerate() {
            let color = SERIES[place % SERIES.len()];
            if let [point] = series.points[..] {
                chart.draw_series([Circle::new(point, 8, color.filled())])?;
            }
            chart.draw_series(LineSeries::new(
                series.points.iter().copied(),
                color.stroke_width(4),
            ))?;
        }
        Ok(())
    })
}

/// Bands between two lines each, the widest first, and lines over them.
pub(super) fn fan(axes: &Axes, bands: &[[Vec<(f64, f64)>; 2]], lines: &[Series]) -> String {
    draw(axes, |chart| {
        for [low, high] in bands {
            let outline = low.iter().chain(high.iter().rev()).copied();
            let outline: Vec<(f64, f64)> = outline.collect();
            chart.draw_series([Polygon::new(outline, SERIES[0].mix(0.18).filled())])?;
        }
        for (place, line) in lines.iter().enumerate() {
            let color = match place {
                0 => SERIES[0],
                _ => SERIES[8],
            };
            chart.draw_series(LineSeries::new(
                line.points.iter().copied(),
                color.stroke_width(4),
            ))?;
        }
        Ok(())
    })
}

/// A line with dots of a size between 0 and 1.
pub(super) fn dots(axes: &Axes, points: &[(f64, f64)], sizes: &[f64]) -> String {
    draw(axes, |chart| {
        chart.draw_series(LineSeries::new(
            points.iter().copied(),
            SERIES[0].stroke_width(4),
        ))?;
        let radius = |size: f64| 6.0 + 10.0 * size;
        chart.draw_series(
            points
                .iter()
                .zip(sizes)
                .map(|(&point, &size)| Circle::new(point, radius(size) as i32, SERIES[0].filled())),
        )?;
        Ok(())
    })
}

/// `[x, y]` as dots over the same range both ways, with the line on which both are equal.
pub(super) fn scatter(points: &[[f64; 2]], x_label: &str, y_label: &str) -> String {
    let both = range(points.iter().flatten().copied(), 0.03);
    let axes = Axes {
        x: both.clone(),
        y: both,
        diagonal: true,
        ..Axes::unit(x_label, y_label)
    };
    let opacity = if points.len() > 200 { 0.35 } else { 0.6 };
    draw(&axes, |chart| {
        let dot = SERIES[0].mix(opacity).filled();
        chart.draw_series(points.iter().map(|&[x, y]| Circle::new((x, y), 6, dot)))?;
        Ok(())
    })
}

/// Counts between edges, with a dashed line at 0.
pub(super) fn histogram(edges: &[f64], counts: &[usize], x_label: &str, y_label: &str) -> String {
    let highest = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let x = range(edges.iter().copied(), 0.0);
    let marked_x = x.contains(&0.0).then_some(0.0);
    let axes = Axes {
        x,
        y: 0.0..highest * 1.05,
        marked_x,
        ..Axes::unit(x_label, y_label)
    };
    let gap = (axes.x.end - axes.x.start) * 0.0012;
    draw(&axes, |chart| {
        chart.draw_series(
            edges
                .windows(2)
                .zip(counts)
                .filter(|(_, count)| **count > 0)
                .map(|(edge, &count)| {
                    Rectangle::new(
                        [(edge[0] + gap, 0.0), (edge[1] - gap, count as f64)],
                        SERIES[0].mix(0.85).filled(),
                    )
                }),
        )?;
        Ok(())
    })
}

/// How several kinds of rows spread over the same steps, side by side, with a dashed line at the threshold. Each kind is
/// shown in shares of its own: ten wrong answers would not be seen beside a thousand right ones.
pub(super) fn histograms(
    edges: &[f64],
    groups: &[&[usize]],
    threshold: Option<f64>,
    x_label: &str,
) -> String {
    let shares = |counts: &[usize]| {
        let total = counts.iter().sum::<usize>().max(1) as f64;
        counts.iter().map(|&count| count as f64 / total).collect()
    };
    let groups: Vec<Vec<f64>> = groups.iter().map(|counts| shares(counts)).collect();
    let highest = groups.iter().flatten().copied().fold(0.0, f64::max);
    let axes = Axes {
        x: range(edges.iter().copied(), 0.01),
        y: 0.0..if highest > 0.0 { highest * 1.05 } else { 1.0 },
        marked_x: threshold,
        ..Axes::unit(x_label, "share of each kind")
    };
    draw(&axes, |chart| {
        for (place, shares) in groups.iter().enumerate() {
            let color = SERIES[place % SERIES.len()].mix(0.85).filled();
            let bars = edges
                .windows(2)
                .zip(shares)
                .filter(|(_, share)| **share > 0.0);
            chart.draw_series(bars.map(|(edge, &share)| {
                // A twentieth of the step stays free on both sides.
                let width = (edge[1] - edge[0]) * 0.9 / groups.len() as f64;
                let left = edge[0] + (edge[1] - edge[0]) * 0.05 + width * place as f64;
                Rectangle::new([(left, 0.0), (left + width, share)], color)
            }))?;
        }
        Ok(())
    })
}

/// Axes first, then what `content` draws. Drawing into a string cannot fail; should plotters refuse all the same, the
/// page says so in place of the plot.
fn draw(
    axes: &Axes,
    content: impl for<'a, 'b> FnOnce(&mut Chart<'a, 'b>) -> Result<(), Failure<'b>>,
) -> String {
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        chart(&area, axes, content)
            .and_then(|()| area.present())
            .map_err(|error| error.to_string())
    };
    match drawn {
        // Inside HTML the name space is known, and without a size the plot takes the width it is given.
        Ok(()) => {
            let size = format!("width=\"{}\" height=\"{}\" ", SIZE.0, SIZE.1);
            svg.replacen(&size, "", 1)
                .replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1)
        }
        Err(error) => format!("<p class=\"warning\">{}</p>\n", escape(&error)),
    }
}

/// Room for the widest number beside the axis and for the axis's name; a digit takes about half its height.
fn y_label_width(axes: &Axes) -> u32 {
    let span = axes.y.end - axes.y.start;
    let marks = (0..=10).map(|mark| tick(axes.y.start + span * f64::from(mark) / 10.0, span));
    let digits = marks.map(|mark| mark.chars().count()).max().unwrap_or(0);
    let name = if axes.y_label.is_empty() { 20 } else { 66 };
    name + 18 * digits.max(4) as u32
}

fn chart<'a>(
    area: &Drawing<'a>,
    axes: &Axes,
    content: impl for<'b> FnOnce(&mut Chart<'b, 'a>) -> Result<(), Failure<'a>>,
) -> Result<(), Failure<'a>> {
    let mut chart = ChartBuilder::on(area)
        .margin_top(16)
        .margin_right(28)
        .margin_left(if axes.y_label.is_empty() { 0 } else { 8 })
        .x_label_area_size(104)
        .y_label_area_size(y_label_width(axes))
        .build_cartesian_2d(axes.x.clone(), axes.y.clone())?;
    let (x_span, y_span) = (axes.x.end - axes.x.start, axes.y.end - axes.y.start);
    let font = ("sans-serif", FONT).into_font().color(&TEXT);
    chart
        .configure_mesh()
        .x_labels(6)
        .y_labels(6)
        .max_light_lines(0)
        .bold_line_style(GRID.stroke_width(2))
        .axis_style(GRID.stroke_width(3))
        .label_style(font.clone())
        .axis_desc_style(font)
        .x_desc(axes.x_label.as_str())
        .y_desc(axes.y_label.as_str())
        .x_label_formatter(&|value| tick(*value, x_span))
        .y_label_formatter(&|value| tick(*value, y_span))
        .draw()?;
    let reference = TEXT.mix(0.7).stroke_width(2);
    if axes.diagonal {
        let (low, high) = (axes.x.start.max(axes.y.start), axes.x.end.min(axes.y.end));
        chart.draw_series(DashedLineSeries::new(
            [(low, low), (high, high)],
            10,
            10,
            reference,
        ))?;
    }
    if let Some(x) = axes.marked_x {
        chart.draw_series(DashedLineSeries::new(
            [(x, axes.y.start), (x, axes.y.end)],
            10,
            10,
            reference,
        ))?;
    }
    content(&mut chart)
}
