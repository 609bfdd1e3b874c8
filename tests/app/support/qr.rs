//! Reading a QR code from the SVG on a page, as a phone would from the screen.

/// What the first code on the page holds. The SVG is squares of one size: `M{x} {y}h{w}v{h}…` in the path.
pub(crate) fn read(page: &str) -> String {
    let path = page.split_once("shape-rendering=\"crispEdges\"").and_then(|(_, rest)| rest.split_once(" d=\""));
    let path = path.expect("a code on the page").1.split('"').next().unwrap_or_default();
    let numbers = |part: &str| -> Vec<usize> {
        part.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
    };
    let squares: Vec<Vec<usize>> = path.split('M').skip(1).map(numbers).collect();
    let side = |square: &Vec<usize>| square[0].max(square[1]) + square[2].max(square[3]);
    let size = squares.iter().map(side).max().expect("squares") + squares[0][0];
    let mut dark = vec![false; size * size];
    for square in &squares {
        for (x, y) in (0..square[2]).flat_map(|x| (0..square[3]).map(move |y| (x, y))) {
            dark[(square[1] + y) * size + square[0] + x] = true;
        }
    }
    let pixel = |x, y| if dark[y * size + x] { 0 } else { 255 };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(size, size, pixel);
    picture.detect_grids().pop().expect("a code in the picture").decode().expect("a whole code").1
}
