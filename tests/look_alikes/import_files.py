"""Invented files of places as other programs write them, with what is wrong with such files in the wild."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
from shapely import Polygon

GPX = "<?xml version='1.0'?>\n<gpx version='1.1' creator='invented' xmlns='http://www.topografix.com/GPX/1/1'>{}</gpx>"
KML = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<kml xmlns='http://www.opengis.net/kml/2.2' "
    "xmlns:gx='http://www.google.com/kml/ext/2.2'><Document><name>invented</name>{}</Document></kml>"
)
TRIANGLE = "17.20,55.70,0 17.21,55.70,0 17.21,55.71,0 17.20,55.70,0"


class ImportFile(NamedTuple):
    """A file's text, how many rows it has, and how many of them have a usable position; counted by hand."""

    text: str
    rows: int
    usable: int


TABLES = {
    "plain.csv": ImportFile("lat,lon,name\n55.7,17.2,Pump\n", 1, 1),
    "blanks.csv": ImportFile(" lat, lon, name\n55.7,17.2,Pump\n", 1, 1),
    "words_for_numbers.csv": ImportFile("lat,lon,name\nnorth,17.2,Pump\n", 1, 0),
    "degrees.csv": ImportFile("lat,lon,name\n55°N,17°E,Pump\n", 1, 1),
    "minutes.csv": ImportFile("lat,lon,name\n55° 42′,17° 12' 30\",Pump\n", 1, 1),
    "no_position.csv": ImportFile("name\nPump\n", 1, 0),
    "beyond.csv": ImportFile(
        "name,type_of_place,long,lat\nPump,Well,17.2,55.7\nSky,Well,17.2,-155.7\nSea,Well,217.2,155.7\n", 3, 1
    ),
    "twice.csv": ImportFile(
        "name,type_of_place,description,region,long,lat,media\n"
        + "Pump,Well,Cold.,isle,17.2,55.7,pump.jpg\n" * 2,
        2,
        2,
    ),
    "speakers.csv": ImportFile("name,birthdate,birthplace,photo\nAda,1952-10-13,Nordby,ada.png\n", 1, 0),
    "stories.csv": ImportFile(
        "name,description,speakers,places,language,permission_level\n"
        'The pump,"We met there, always.",Ada,Pump ,da,\nThe mill,It turned.,Ada,No such place,da,\n',
        2,
        0,
    ),
}
LINES = {
    "waypoints.gpx": ImportFile(
        GPX.format("<wpt lon='17.2' lat='55.7'><name>Pump</name></wpt><wpt lon='17.3' lat='55.7'/>"), 2, 2
    ),
    "track_and_route.gpx": ImportFile(
        GPX.format(
            "<trk><name>Round</name><trkseg><trkpt lon='17.2' lat='55.7'/>"
            "<trkpt lon='17.3' lat='55.8'/></trkseg>"
            "<trkseg><trkpt lon='17.4' lat='55.7'/><trkpt lon='17.5' lat='55.8'/></trkseg></trk>"
            "<rte><rtept lon='17.2' lat='55.7'/><rtept lon='undefined' lat='55.7'/>"
            "<rtept lon='17.3' lat='55.7'/></rte>"
        ),
        2,
        2,
    ),
    "no_track.gpx": ImportFile(GPX.format("<trk><trkseg/></trk>"), 1, 0),
    "no_numbers.gpx": ImportFile(
        GPX.format(
            "<wpt lon='x' lat='y'/><rte><rtept lat='undefined' lon='undefined'/></rte>"
            "<trk><trkseg><trkpt lat='undefined' lon='undefined'/></trkseg></trk>"
        ),
        3,
        0,
    ),
}
PLACEMARKS = {
    "point.kml": ImportFile(
        KML.format(
            "<Folder><name>Wells</name><Placemark id='p1'><name><![CDATA[Pump & well]]></name>"
            "<address>Runde vej 1"
            "</address><TimeSpan><begin>1901</begin><end>1950</end></TimeSpan><ExtendedData>"
            "<Data name='depth'>"
            "<value>9 m</value></Data><SchemaData><SimpleData name='stone'>granite</SimpleData></SchemaData>"
            "</ExtendedData><Point><coordinates>17.2,55.7,0,9</coordinates></Point></Placemark></Folder>"
        ),
        1,
        1,
    ),
    "no_numbers.kml": ImportFile(
        KML.format("<Placemark><Point><coordinates>no,no</coordinates></Point></Placemark>"), 1, 0
    ),
    "no_geometry.kml": ImportFile(KML.format("<Placemark><name>Pump</name></Placemark>"), 1, 0),
    "no_coordinates.kml": ImportFile(
        KML.format("<Placemark><LineString><coordinates/></LineString></Placemark>"), 1, 0
    ),
    "link_and_picture.kml": ImportFile(
        KML.format(
            "<NetworkLink><Link><href>https://example.invalid</href></Link></NetworkLink>"
            "<GroundOverlay><name>Old map</name></GroundOverlay>"
        ),
        2,
        0,
    ),
    "tracks.kml": ImportFile(
        KML.format(
            "<Placemark><TimeStamp><when>2025</when></TimeStamp><gx:MultiTrack><gx:Track>"
            "<gx:coord>17.2 55.7 3</gx:coord><gx:coord>17.3 55.7 3</gx:coord></gx:Track>"
            "</gx:MultiTrack></Placemark>"
        ),
        1,
        1,
    ),
    "shapes.kml": ImportFile(
        KML.format(
            "<Placemark><MultiGeometry><Point><coordinates>17.2, 55.7</coordinates></Point><Polygon>"
            f"<outerBoundaryIs><LinearRing><coordinates>{TRIANGLE}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon></MultiGeometry></Placemark>"
        ),
        1,
        1,
    ),
}
FILES = TABLES | LINES | PLACEMARKS
ZONES = {"North": (17.19, 55.70), "South": (17.19, 55.69), "East": (17.21, 55.69)}
"""Names of invented zones, and the south-western corner of each in degrees."""
ZONE_FILES = ("zones.geojson", "zones_in_metres.geojson", "zones_in_metres.gpkg")
"""The same zones in degrees, and in metres of a system that the file names."""


def write_import_files(folder: Path) -> Path:
    """Write `FILES` and `ZONE_FILES`; return the folder."""
    for name, file in FILES.items():
        (folder / name).write_text(file.text, encoding="utf-8")
    zones = gpd.GeoDataFrame(
        {"name": list(ZONES)},
        geometry=[Polygon([(x, y), (x + 0.01, y), (x + 0.01, y + 0.01)]) for x, y in ZONES.values()],
        crs="EPSG:4326",
    )
    metres = zones.to_crs("EPSG:32633")
    degrees, named, package = (folder / name for name in ZONE_FILES)
    degrees.write_text(zones.to_json(), encoding="utf-8")
    document = json.loads(metres.to_json())
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    named.write_text(json.dumps(document), encoding="utf-8")
    metres.to_file(package, layer="zones")
    return folder
