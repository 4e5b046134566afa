//! The .prj of the systems registers are exported in, as Esri writes them. Others are asked of GDAL (see `ogr`).

use crate::crs::{Crs, Datum, GaussKruger, ZoneWidth};

/// The definition, if it is one of the Chinese systems or WGS 84.
pub(super) fn text(crs: &Crs) -> Option<String> {
    match crs {
        Crs::Crs84 | Crs::Epsg(4326) => {
            Some(degrees("GCS_WGS_1984", "D_WGS_1984", "WGS_1984", 298.257_223_563))
        }
        Crs::Epsg(4490) => Some(of_datum(Datum::Cgcs2000)),
        Crs::Epsg(4610) => Some(of_datum(Datum::Xian1980)),
        Crs::Epsg(4214) => Some(of_datum(Datum::Beijing1954)),
        Crs::Epsg(code) => GaussKruger::of_epsg(*code).map(projected),
        _ => None,
    }
}

fn degrees(name: &str, datum: &str, spheroid: &str, flattening: f64) -> String {
    let axis = if spheroid == "Krasovsky_1940" {
        "6378245.0"
    } else if spheroid == "Xian_1980" {
        "6378140.0"
    } else {
        "6378137.0"
    };
    format!(
        "GEOGCS[\"{name}\",DATUM[\"{datum}\",SPHEROID[\"{spheroid}\",{axis},{flattening}]],\
         PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"
    )
}

fn of_datum(datum: Datum) -> String {
    match datum {
        Datum::Cgcs2000 => {
            degrees("GCS_China_Geodetic_Coordinate_System_2000", "D_China_2000", "CGCS2000", 298.257_222_101)
        }
        Datum::Xian1980 => degrees("GCS_Xian_1980", "D_Xian_1980", "Xian_1980", 298.257),
        Datum::Beijing1954 => degrees("GCS_Beijing_1954", "D_Beijing_1954", "Krasovsky_1940", 298.3),
    }
}

fn projected(zone: GaussKruger) -> String {
    let datum = match zone.datum {
        Datum::Cgcs2000 => "CGCS2000",
        Datum::Xian1980 => "Xian_1980",
        Datum::Beijing1954 => "Beijing_1954",
    };
    let width = match zone.width {
        ZoneWidth::Three => "_3_Degree",
        ZoneWidth::Six => "",
    };
    let (meridian, easting) = (zone.central_meridian(), zone.false_easting());
    let name = if easting > 500_000.0 {
        format!("{datum}{width}_GK_Zone_{}", (easting / 1e6) as u32)
    } else {
        format!("{datum}{width}_GK_CM_{meridian}E")
    };
    format!(
        "PROJCS[\"{name}\",{},PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",{easting:.1}],\
         PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",{meridian}.0],\
         PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]",
        of_datum(zone.datum)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_as_the_same_system() {
        for code in [4326, 4490, 4610, 4214, 4543, 4522, 4491, 4502, 2361] {
            let wkt = text(&Crs::Epsg(code)).unwrap();
            assert_eq!(wkt.parse(), Ok(Crs::Epsg(code)), "{wkt}");
        }
        assert_eq!(text(&Crs::Gcj02), None);
    }
}
