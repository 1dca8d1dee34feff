"""Which formats GDAL may read here: what the product asks it for, and nothing else.

GDAL goes by content, not by name: a text file called ``heights.tif`` that is a VRT makes it read any file of
the machine and fetch any address. Readers look at the first bytes and name the driver
(`micropolis_map.sources`); this is the second wall: the other drivers are not there at all.
"""

from __future__ import annotations

import os

ALLOWED = ("AAIGrid", "ESRI Shapefile", "FlatGeobuf", "GPKG", "GTiff", "GeoJSON", "MEM", "SRTMHGT")
"""GeoPackages are written, too; MEM is GDAL's own memory."""

LEFT_OUT = (
    "ACE2,ADBC,ADRG,AIG,AIVector,AVCBin,AVCE00,AirSAR,AmigoCloud,BAG,BIGGIF,BLX,BMP,BSB,BT,BYN,CALS,"
    "CEOS,COASP,COG,COSAR,CPG,CSV,CSW,CTG,CTable2,Carto,DAAS,DERIVED,DGN,DIMAP,DIPEx,DOQ1,DOQ2,DTED,"
    "DXF,ECRGTOC,EDIGEO,EEDA,EEDAI,EHdr,EIR,ELAS,ENVI,ERS,ESAT,ESRIC,ESRIJSON,Elasticsearch,FAST,FIT,"
    "GDALG,GFF,GIF,GML,GNMDatabase,GNMFile,GPSBabel,GPX,GRASSASCIIGrid,GRIB,GS7BG,GSAG,GSBG,GSC,GTFS,"
    "GTI,GTX,GXF,GenBin,GeoJSONSeq,GeoRSS,HDF5,HDF5Image,HF2,HFA,HTTP,ILWIS,IRIS,ISCE,ISG,ISIS2,ISIS3,"
    "Idrisi,JAXAPALSAR,JDEM,JML,JP2OpenJPEG,JPEG,JSONFG,KML,KMLSUPEROVERLAY,KRO,L1B,LAN,LCP,LIBKML,"
    "LOSLAS,LVBAG,Leveller,MAP,MBTiles,MFF,MFF2,MRF,MSGN,MVT,MapInfo File,MapML,Memory,MiraMonVector,"
    "NDF,NGSGEOID,NGW,NITF,NOAA_B,NSIDCbin,NTv2,NWT_GRC,NWT_GRD,OAPIF,ODS,OGCAPI,OGR_GMT,OGR_PDS,"
    "OGR_VRT,OSM,OZI,OpenFileGDB,PAux,PCIDSK,PCRaster,PDF,PDS,PDS4,PGDUMP,PLMOSAIC,PLSCENES,PMTiles,"
    "PNG,PNM,PRF,R,RIK,RMF,ROI_PAC,RPFTOC,RRASTER,RS2,RST,Rasterlite,S102,S104,S111,S57,SAFE,SAGA,"
    "SAR_CEOS,SDTS,SENTINEL2,SGI,SIGDEM,SNAP_TIFF,SNODAS,SQLite,SRP,STACIT,STACTA,SXF,Selafin,TGA,TIL,"
    "TSX,Terragen,TopoJSON,USGSDEM,VDV,VFK,VICAR,VRT,WAsP,WCS,WEBP,WFS,WMS,WMTS,XLSX,XPM,XYZ,ZMap,Zarr,"
    "netCDF"
)
"""Every other driver of the wheels of rasterio and pyogrio; a test fails when a new one comes with them."""


def leave_out() -> None:
    """Have GDAL register the allowed drivers only; to be called before rasterio or pyogrio is imported.

    Whoever runs the server may set ``GDAL_SKIP`` to leave out others.
    """
    os.environ.setdefault("GDAL_SKIP", LEFT_OUT)
    # Of the two wheels neither has all: GDAL would write a line for each that one of them lacks. What goes
    # wrong with a file comes as an exception all the same.
    os.environ.setdefault("CPL_LOG", os.devnull)
