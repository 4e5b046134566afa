//! Pictures under the data: placed, cut into tiles, served.

use std::path::{Path, PathBuf};
use std::process::Command;

use boundstone::crs::Crs;
use boundstone::formats::ogr::Worker;
use boundstone::model::{IdSource, Secrecy};
use boundstone::underlays::{Bend, Described, Placing, Shown, Underlay, UnderlayError, Underlays};
use gdal::raster::{Buffer, RasterCreationOptions};
use gdal::{Dataset, DriverManager};
use geo_types::Coord;
use serde_json::Value as Json;

/// A scan of 400 by 300: north-west red, north-east green, south-west blue, south-east yellow.
pub const WIDTH: u32 = 400;
pub const HEIGHT: u32 = 300;
const QUARTERS: [[u8; 3]; 4] = [[200, 30, 30], [30, 160, 30], [30, 30, 200], [220, 200, 20]];

struct Desk {
    folder: tempfile::TempDir,
    underlays: Underlays,
    ids: IdSource,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let underlays = Underlays::beside(&[folder.path().join("r.gpkg")]);
        Self { folder, underlays, ids: IdSource::new(1_790_000_000_000, 3) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The scan as PNG or JPEG, by the name.
    fn scan(&self, name: &str) -> PathBuf {
        scan_at(&self.path(name));
        self.path(name)
    }

    /// GDAL's own tool makes another file of it.
    fn translate(&self, from: &str, to: &str, arguments: &[&str]) -> PathBuf {
        let done = Command::new("gdal_translate")
            .args(["-q"])
            .args(arguments)
            .args([self.path(from), self.path(to)])
            .status()
            .unwrap();
        assert!(done.success());
        self.path(to)
    }

    fn add(&mut self, path: &Path, placing: &Placing) -> Result<Underlay, UnderlayError> {
        self.add_with(path, placing, &worker())
    }

    fn add_with(
        &mut self,
        path: &Path,
        placing: &Placing,
        worker: &Worker,
    ) -> Result<Underlay, UnderlayError> {
        let id = self.ids.next_id();
        self.underlays.add(id, (path, placing), worker, &mut |_| true).map(|(added, _)| added)
    }

    /// The colour at a place on the ground at the highest zoom: found as a map finds it.
    fn colour(&self, underlay: &Underlay, at: Coord) -> [u8; 4] {
        let zoom = underlay.zooms.1;
        let tiles = 2f64.powi(i32::from(zoom));
        let x = (at.x + 180.0) / 360.0 * tiles;
        let latitude = at.y.to_radians();
        let y = (1.0 - latitude.tan().asinh() / std::f64::consts::PI) / 2.0 * tiles;
        let tile = self.underlays.tile(underlay.id, zoom, x as u32, y as u32).unwrap();
        let Some(tile) = tile else { return [0; 4] };
        pixel(tile, (x.fract() * 256.0) as isize, (y.fract() * 256.0) as isize)
    }

    /// The four quarters lie where they belong, within a few pixels round their middle and outer corners.
    fn lies_at(&self, underlay: &Underlay, [west, south, east, north]: [f64; 4]) {
        let (dx, dy) = ((east - west) / f64::from(WIDTH), (north - south) / f64::from(HEIGHT));
        let (x, y) = (west.midpoint(east), south.midpoint(north));
        for (quarter, (right, up)) in
            [(-1.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].into_iter().enumerate()
        {
            for pixels in [6.0, f64::from(HEIGHT) / 2.0 - 6.0] {
                let seen =
                    self.colour(underlay, Coord { x: x + right * pixels * dx, y: y + up * pixels * dy });
                let near = seen.iter().zip(QUARTERS[quarter]).all(|(a, b)| a.abs_diff(b) < 40);
                assert!(
                    near && seen[3] > 200,
                    "quarter {quarter}, {pixels} pixels from the middle: {seen:?}"
                );
            }
        }
        let outside = self.colour(underlay, Coord { x: west - 12.0 * dx, y });
        assert_eq!(outside[3], 0, "nothing is drawn outside");
        let found = underlay.bounds;
        for (is, wanted, pixel) in [
            (found.min().x, west, dx),
            (found.max().x, east, dx),
            (found.min().y, south, dy),
            (found.max().y, north, dy),
        ] {
            assert!((is - wanted).abs() < 3.0 * pixel, "{is} is not {wanted}");
        }
    }
}

/// Writes the scan as PNG or JPEG, by the name.
pub fn scan_at(path: &Path) {
    let driver = |name: &str| DriverManager::get_driver_by_name(name).unwrap();
    let size = (WIDTH as usize, HEIGHT as usize);
    let picture = driver("MEM").create_with_band_type::<u8, _>("", size.0, size.1, 3).unwrap();
    for band in 1..=3 {
        let quarter = |x: u32, y: u32| usize::from(x >= WIDTH / 2) + 2 * usize::from(y >= HEIGHT / 2);
        let bytes = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| QUARTERS[quarter(x, y)][band - 1]));
        let mut bytes = Buffer::new(size, bytes.collect());
        picture.rasterband(band).unwrap().write((0, 0), size, &mut bytes).unwrap();
    }
    let kind = if path.extension().is_some_and(|ending| ending == "png") { "PNG" } else { "JPEG" };
    picture.create_copy(&driver(kind), path, &RasterCreationOptions::new()).unwrap();
}

/// Red, green, blue and opaqueness of a pixel of a PNG or JPEG.
fn pixel(tile: Vec<u8>, x: isize, y: isize) -> [u8; 4] {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = format!("/vsimem/underlay-tile-{number}");
    gdal::vsi::create_mem_file(&path, tile).unwrap();
    let picture = Dataset::open(&path).unwrap();
    let count = picture.raster_count();
    let band = |at: usize| {
        picture.rasterband(at).unwrap().read_as::<u8>((x, y), (1, 1), (1, 1), None).unwrap().data()[0]
    };
    let inks = if count < 3 { [1, 1, 1] } else { [1, 2, 3] };
    let opaque = if count.is_multiple_of(2) { band(count) } else { 255 };
    let [r, g, b] = inks.map(band);
    [r, g, b, opaque]
}

pub fn worker() -> Worker {
    Worker { executable: Some(env!("CARGO_BIN_EXE_boundstone").into()), ..Worker::default() }
}

pub const BOX: [f64; 4] = [102.60, 25.00, 102.70, 25.075];

fn corners([west, south, east, north]: [f64; 4]) -> Vec<[f64; 4]> {
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    vec![
        [0.0, 0.0, west, north],
        [width, 0.0, east, north],
        [width, height, east, south],
        [0.0, height, west, south],
    ]
}

#[test]
fn a_scan_with_four_points_lies_where_they_say() {
    let mut desk = Desk::new();
    let scan = desk.scan("老地图.png");
    let placing = Placing { points: corners(BOX), ..Placing::default() };
    let added = desk.add(&scan, &placing).unwrap();
    assert_eq!((added.title.as_str(), added.file.as_str()), ("老地图", "老地图.png"));
    desk.lies_at(&added, BOX);
    // Farther zooms are there, too: one tile shows it whole.
    assert!(added.zooms.0 + 1 < added.zooms.1, "{:?}", added.zooms);
    // The points of an internet map are some 500 m away.
    let shifted = Placing { crs: Some(Crs::Gcj02), ..placing };
    let moved = desk.add(&scan, &shifted).unwrap();
    // The north-west corner is where the pixels of the tiles are counted from.
    let (dx, dy) = (moved.bounds.min().x - added.bounds.min().x, moved.bounds.max().y - added.bounds.max().y);
    let wanted = boundstone::crs::Transform::new(&Crs::Gcj02, &Crs::REGISTER).unwrap();
    let wanted = wanted.coord(Coord { x: BOX[0], y: BOX[3] }).unwrap();
    let off = (dx - (wanted.x - BOX[0]), dy - (wanted.y - BOX[3]));
    assert!(off.0.abs() < 5e-5 && off.1.abs() < 5e-5, "{dx} {dy} {off:?}");
    assert!(dx.abs() > 5e-4);
    assert_eq!(desk.underlays.list().len(), 2);
    desk.underlays.remove(moved.id).unwrap();
    assert_eq!(desk.underlays.list(), [added]);
    assert!(matches!(desk.underlays.remove(moved.id), Err(UnderlayError::Unknown(_))));
}

#[test]
fn files_that_say_their_place_are_taken_at_their_word() {
    let mut desk = Desk::new();
    desk.scan("scan.png");
    let (west, north) = (BOX[0].to_string(), BOX[3].to_string());
    let (east, south) = (BOX[2].to_string(), BOX[1].to_string());
    let place = ["-a_ullr", &west, &north, &east, &south];
    // GeoTIFF in degrees, and the same in a projection of the survey.
    let tif = desk.translate("scan.png", "a.tif", &[&place[..], &["-a_srs", "EPSG:4490"]].concat());
    let added = desk.add(&tif, &Placing::default()).unwrap();
    desk.lies_at(&added, BOX);
    let warped = Command::new("gdalwarp")
        .args(["-q", "-t_srs", "EPSG:4543", "-dstalpha", "-r", "bilinear"])
        .args([&tif, &desk.path("survey.tif")])
        .status();
    assert!(warped.unwrap().success());
    let added = desk.add(&desk.path("survey.tif"), &Placing::default()).unwrap();
    desk.lies_at(&added, BOX);
    // Palette and 16 bits are made into colours.
    desk.translate("a.tif", "deep.tif", &["-ot", "UInt16", "-scale", "0", "255", "0", "60000"]);
    let added = desk.add(&desk.path("deep.tif"), &Placing::default()).unwrap();
    assert!(desk.colour(&added, Coord { x: 102.61, y: 25.07 })[0] > 150);
    // A JPEG with a world file: the system is asked for.
    let jpg = desk.scan("plan.jpg");
    let pixel = (BOX[2] - BOX[0]) / f64::from(WIDTH);
    let line = (BOX[3] - BOX[1]) / f64::from(HEIGHT);
    let world = format!("{pixel}\n0\n0\n-{line}\n{}\n{}\n", BOX[0] + pixel / 2.0, BOX[3] - line / 2.0);
    assert!(matches!(desk.add(&jpg, &Placing::default()), Err(UnderlayError::NotPlaced)));
    std::fs::write(desk.path("plan.jgw"), world).unwrap();
    assert!(matches!(
        desk.add(&jpg, &Placing::default()),
        Err(UnderlayError::Undeclared { corner: [x, y] }) if (x - BOX[0]).abs() < 1e-9 && (y - BOX[3]).abs() < 1e-9
    ));
    let declared = Placing { crs: Some(Crs::REGISTER), ..Placing::default() };
    let added = desk.add(&jpg, &declared).unwrap();
    desk.lies_at(&added, BOX);
    let tile = desk.underlays.tile(added.id, added.zooms.0, 0, 0).unwrap();
    assert!(tile.is_none(), "there is nothing in the Pacific");
    // Old datums have no published way here: said, not guessed.
    let old = Placing { crs: Some("EPSG:4610".parse().unwrap()), ..Placing::default() };
    assert!(matches!(desk.add(&jpg, &old), Err(UnderlayError::Crs(_))));
}

#[test]
fn what_is_no_picture_or_takes_too_long_is_refused_and_leaves_nothing() {
    let mut desk = Desk::new();
    std::fs::write(desk.path("text.tif"), "not a picture").unwrap();
    assert!(matches!(desk.add(&desk.path("text.tif"), &Placing::default()), Err(UnderlayError::Format(_))));
    // A virtual raster may name any other file: not opened.
    std::fs::write(
        desk.path("v.tif"),
        "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"><VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource><SourceFilename>/etc/hostname</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
    )
    .unwrap();
    assert!(matches!(desk.add(&desk.path("v.tif"), &Placing::default()), Err(UnderlayError::Format(_))));
    let scan = desk.scan("scan.png");
    let placing = Placing { points: corners(BOX), ..Placing::default() };
    let late = Worker { wall: std::time::Duration::from_millis(1), ..worker() };
    assert!(matches!(desk.add_with(&scan, &placing, &late), Err(UnderlayError::Format(_))));
    let cramped = Worker { memory: 64 << 20, ..worker() };
    assert!(matches!(desk.add_with(&scan, &placing, &cramped), Err(UnderlayError::Format(_))));
    let line = Placing { points: vec![[0.0, 0.0, 102.0, 25.0]; 4], ..Placing::default() };
    assert!(matches!(desk.add(&scan, &line), Err(UnderlayError::Fit(_))));
    let folder = desk.path("r.gpkg.work").join("underlays");
    let left = std::fs::read_dir(folder).map(|entries| entries.count()).unwrap_or(0);
    assert_eq!(left, 0);
}

#[test]
fn qgis_and_others_find_a_plain_tile_matrix() {
    let mut desk = Desk::new();
    let scan = desk.scan("scan.png");
    let placing = Placing { points: corners(BOX), title: Some("扫描图".into()), ..Placing::default() };
    let added = desk.add(&scan, &placing).unwrap();
    let file = desk.path("r.gpkg.work").join("underlays").join(format!("{}.gpkg", added.id));
    let info = Command::new("gdalinfo").arg("-json").arg(&file).output().unwrap();
    let info: Json = serde_json::from_slice(&info.stdout).unwrap();
    assert_eq!(info["driverShortName"], "GPKG");
    assert_eq!(info["metadata"][""]["IDENTIFIER"], "扫描图");
    let west = info["wgs84Extent"]["coordinates"][0][0][0].as_f64().unwrap();
    assert!((west - BOX[0]).abs() < 1e-3);
}

#[test]
fn secret_pictures_are_not_shown_and_the_command_line_adds_and_lists() {
    let desk = Desk::new();
    desk.scan("scan.png");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_boundstone"))
            .current_dir(desk.folder.path())
            .env("BOUNDSTONE_LANG", "zh")
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(run(&["init", "r.gpkg"]).0, Some(0));
    let points: Vec<String> = corners(BOX).iter().map(|[c, l, x, y]| format!("{c},{l},{x},{y}")).collect();
    let points: Vec<&str> = points.iter().flat_map(|point| ["--gcp", point]).collect();
    let add = |extra: &[&str]| {
        let (code, out, err) =
            run(&[&["underlay", "r.gpkg", "add", "scan.png", "--json"], &points[..], extra].concat());
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str::<Json>(&out).unwrap()
    };
    let public = add(&["--title", "老地图"]);
    assert_eq!(
        (public["title"].as_str(), public["fit"]["doubtful"].as_bool()),
        (Some("老地图"), Some(false))
    );
    let internal = add(&["--secrecy", "internal"]);
    assert_eq!(internal["secrecy"], Secrecy::Internal.code());
    let (_, list, _) = run(&["underlay", "r.gpkg", "list", "--json"]);
    assert_eq!(serde_json::from_str::<Json>(&list).unwrap().as_array().unwrap().len(), 2);
    let (code, _, err) = run(&["underlay", "r.gpkg", "add", "scan.png"]);
    assert!(code == Some(1) && err.contains("--gcp"), "{err}");
    let (_, help, _) = run(&["underlay", "--help"]);
    assert!(help.contains("列出底图") && help.contains("用法"), "{help}");

    let tile_of = |doc: &Json| {
        let (zoom, west, north) = (doc["max_zoom"].as_u64().unwrap(), BOX[0] + 0.01, BOX[3] - 0.01);
        let tiles = 2f64.powi(i32::try_from(zoom).unwrap());
        let y = (1.0 - north.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * tiles;
        let x = (west + 180.0) / 360.0 * tiles;
        format!("/tiles/underlay/{}/{zoom}/{}/{}", doc["id"].as_str().unwrap(), x as u32, y as u32)
    };
    let served = crate::http::app::with_underlays(Underlays::beside(&[desk.path("r.gpkg")]));
    let doc = served("/api/v1/underlays").json();
    let shown = doc["underlays"].as_array().unwrap();
    assert_eq!((shown.len(), &shown[0]["title"]), (1, &Json::from("老地图")));
    let reply = served(&tile_of(&public));
    assert!(reply.status == 200 && reply.header("content-type").starts_with("image/"));
    assert!(reply.body.len() > 100);
    let empty = served(&format!("/tiles/underlay/{}/3/0/0", public["id"].as_str().unwrap()));
    assert_eq!((empty.status.as_u16(), pixel(empty.body, 0, 0)[3]), (200, 0));
    assert_eq!(served(&tile_of(&internal)).status, 404);
    assert_eq!(served("/tiles/underlay/x/3/0/0").status, 404);
}

/// A picture taken aslant: its corners lie where a projective map puts those of the scan.
#[test]
fn a_picture_taken_aslant_is_bent_straight() {
    let mut desk = Desk::new();
    let scan = desk.scan("翻拍.png");
    // The upper edge is half as long as the lower one: a trapezium on the ground, and its middle line.
    let [west, south, east, north] = BOX;
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    let inset = (east - west) / 4.0;
    let points = vec![
        [0.0, 0.0, west + inset, north],
        [width, 0.0, east - inset, north],
        [width, height, east, south],
        [0.0, height, west, south],
    ];
    let placing = Placing { points, bend: Bend::Projective, ..Placing::default() };
    let added = desk.add(&scan, &placing).unwrap();
    // The middle of the picture is where the diagonals meet: nearer to the short edge.
    let middle = south + (north - south) * 2.0 / 3.0;
    let centre = west.midpoint(east);
    let step = (east - west) / 40.0;
    for (quarter, (right, up)) in [(-1.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].into_iter().enumerate()
    {
        let seen = desk.colour(&added, Coord { x: centre + right * step, y: middle + up * step / 2.0 });
        let near = seen.iter().zip(QUARTERS[quarter]).all(|(a, b)| a.abs_diff(b) < 40);
        assert!(near && seen[3] > 200, "quarter {quarter}: {seen:?}");
    }
    // Beside the short edge there is nothing.
    assert_eq!(desk.colour(&added, Coord { x: west + inset / 4.0, y: north - 0.004 })[3], 0);
    let left = std::fs::read_dir(desk.path("r.gpkg.work").join("underlays")).unwrap().count();
    assert_eq!(left, 1, "no half-made files are left");
}

#[test]
fn a_picture_that_nobody_wants_any_more_leaves_nothing() {
    let mut desk = Desk::new();
    let scan = desk.scan("scan.png");
    let placing = Placing { points: corners(BOX), ..Placing::default() };
    let id = desk.ids.next_id();
    let slow = Worker { executable: Some("/bin/cat".into()), ..worker() };
    let stopped = desk.underlays.add(id, (&scan, &placing), &slow, &mut |_| false);
    // What is no worker of ours says nothing of the picture; a real one is stopped between two looks.
    assert!(stopped.is_err());
    let added = desk.add(&scan, &placing).unwrap();
    let change = Described {
        title: Some("1958年地形图"),
        secrecy: Some(Secrecy::Internal),
        shown: Some(Shown { on: true, opacity: 60, order: 3 }),
    };
    let called = desk.underlays.describe(added.id, &change).unwrap();
    assert_eq!(called.shown, change.shown);
    assert_eq!((called.title.as_str(), called.secrecy), ("1958年地形图", Secrecy::Internal));
    assert_eq!((called.file.as_str(), called.bounds), (added.file.as_str(), added.bounds));
    // A second reader of the folder sees it, too.
    let others = Underlays::beside(&[desk.path("r.gpkg")]);
    assert_eq!(others.get(added.id).unwrap().title, "1958年地形图");
    desk.underlays.remove(added.id).unwrap();
    assert!(desk.underlays.get(added.id).is_none());
}
