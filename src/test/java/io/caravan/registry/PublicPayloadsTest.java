package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.Decoded;
import io.caravan.decode.Timestamps;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payloads of the documentation of their makers, with the values that stand there, each declared in the registry alone. */
class PublicPayloadsTest {

    @TempDir
    Path folder;

    /** Ecowitt's own protocol, as a GW2000 uploads it; the passkey is no measurement. */
    @Test
    void ecowitt() throws Exception {
        DeclaredDialect ecowitt = DeclaredDialect.of(
                folder,
                "'payload':'form','timestamp':'$.dateutc','ignore':['$.PASSKEY'],"
                        + "'values':{'temperature':{'path':'$.tempf','scale':0.5555555555555556,'offset':-17.77777777777778},"
                        + "'humidity':'$.humidity','pressure':'$.baromrelin'}");
        String upload =
                "PASSKEY=50E4A2B2A92ED2BB&stationtype=GW2000B_V2.1.8&runtime=1755701&dateutc=2024-01-07+01:43:50"
                        + "&tempinf=68.90&humidityin=42&baromrelin=29.244&baromabsin=29.323&tempf=39.74&humidity=99&winddir=60&model=GW2000B";
        Decoded decoded = ecowitt.read(upload).get(0);
        assertThat(DeclaredDialect.shown(decoded)).isEqualTo("d: pressure=29.244, temperature=4.3, humidity=99.0");
        assertThat(Timestamps.format(decoded.timestamp())).isEqualTo("2024-01-07T01:43:50.000000Z");
        assertThat(decoded.body().text()).startsWith("{\"PASSKEY\":\"50E4");
    }

    /** Weather Underground's PWS upload protocol; its device is in the form. */
    @Test
    void weatherUnderground() throws Exception {
        DeclaredDialect station = DeclaredDialect.of(
                folder,
                "wunderground",
                "wunderground",
                "'payload':'form','device':'$.ID','timestamp':'$.dateutc','ignore':['$.PASSWORD','$.action','$.softwaretype']");
        List<Decoded> read =
                station.read("ID=KCASANFR5&PASSWORD=XXXXXX&dateutc=2000-01-01+10%3A32%3A35&winddir=230&windspeedmph=12"
                        + "&tempf=70&baromin=29.1&weather=&softwaretype=vws%20versionxx&action=updateraw");
        assertThat(DeclaredDialect.shown(read.get(0)))
                .isEqualTo("KCASANFR5: winddir=230.0, windspeedmph=12.0, tempf=70.0, baromin=29.1, weather=null");
        assertThat(read.get(0).measurements().text()).doesNotContain("XXXXXX");
    }

    /** The point of InfluxDB's documentation, and one of Telegraf's cpu input. */
    @Test
    void telegraf() throws Exception {
        DeclaredDialect telegraf = DeclaredDialect.of(
                folder,
                "telegraf",
                "telegraf",
                "'payload':'line-protocol','rows':'$','device':'@.tags.host','metric':'@.name','timestamp':'@.timestamp','values':'@.fields'");
        List<Decoded> read = telegraf.read(
                "# as Telegraf's outputs.mqtt sends it\n"
                        + "weather,host=us-midwest,location=us\\ midwest temperature=82 1465839830100400200\n"
                        + "cpu,cpu=cpu-total,host=a\\,b usage_idle=99.5,n=3i,up=18446744073709551615u,busy=f,note=\"x \\\"y\\\" , z=1\" 1465839830\n");
        assertThat(read.stream().map(DeclaredDialect::shown))
                .containsExactly(
                        "us-midwest: weather.temperature=82.0",
                        "a,b: cpu.usage_idle=99.5, cpu.n=3.0, cpu.up=1.8446744073709552E19, cpu.busy=0.0, cpu.note=text");
        assertThat(read.stream().map(Decoded::timestamp))
                .containsExactly(1_465_839_830_100_400L, 1_465_839_830_000_000L);
    }

    /** LHT65 of Dragino, manual 2.4: battery with its state in two bits, temperature, humidity, external sensor. */
    @Test
    void draginoInBase64() throws Exception {
        DeclaredDialect lht65 = DeclaredDialect.of(
                folder,
                "v3/+/devices/{device}/up",
                "v3/app/devices/lht65-1/up",
                "'timestamp':'$.received_at','values':{'*':'$.uplink_message.frm_payload'},"
                        + "'contents':{'$.uplink_message.frm_payload':{'format':'base64','fields':{"
                        + "'battery':{'byte':0,'type':'uint16','bits':[0,13],'scale':0.001,'unit':'V'},"
                        + "'battery_status':{'byte':0,'type':'uint16','bits':[14,15]},"
                        + "'temperature':{'byte':2,'type':'int16','scale':0.01,'unit':'°C'},"
                        + "'humidity':{'byte':4,'type':'uint16','scale':0.1,'unit':'%'},"
                        + "'external':{'byte':7,'type':'int16','scale':0.01,'unit':'°C','missing':['0x7FFF']}}}}");
        byte[] frame = HexFormat.of().parseHex("CBF6F5C6022801" + "7FFF7FFF");
        String uplink = "{\"received_at\":\"2021-01-19T04:27:03Z\",\"uplink_message\":{\"frm_payload\":\""
                + Base64.getEncoder().encodeToString(frame) + "\",\"f_port\":2}}";
        assertThat(lht65.shown(uplink))
                .containsExactly(
                        "lht65-1: battery=3.062 V, battery_status=3.0, temperature=-26.18 °C, humidity=55.2 %, external=null °C"
                                .replace("null °C", "null"));
        assertThat(lht65.shown("{\"uplink_message\":{\"frm_payload\":\"y/YLDQ==\"}}"))
                .as("a frame of four bytes")
                .containsExactly(
                        "lht65-1: battery=3.062 V, battery_status=3.0, temperature=28.29 °C, humidity=cut off %, external=cut off °C");
    }

    /** Datalog of the LHT65, manual 2.6.4: entries of eleven bytes, each with its time. */
    @Test
    void draginoDatalog() throws Exception {
        DeclaredDialect datalog = DeclaredDialect.of(
                folder,
                "'rows':'$.data','timestamp':'@.time','values':{'temperature':'@.temperature','humidity':'@.humidity'},"
                        + "'contents':{'$.data':{'format':'hex','every':11,'fields':{"
                        + "'external':{'byte':0,'type':'int16','scale':0.01},"
                        + "'temperature':{'byte':2,'type':'int16','scale':0.01},"
                        + "'humidity':{'byte':4,'type':'uint16','scale':0.1},"
                        + "'time':{'byte':7,'type':'uint32'}}}}");
        List<Decoded> read = datalog.read("{\"data\":\"7FFF089801464160065F97 7FFF088E014B4160066009\"}");
        assertThat(read.stream().map(DeclaredDialect::shown))
                .containsExactly("d: temperature=22.0, humidity=32.6", "d: temperature=21.9, humidity=33.1");
        assertThat(read.stream().map(Decoded::timestamp).map(Timestamps::format))
                .containsExactly("2021-01-19T04:27:03.000000Z", "2021-01-19T04:28:57.000000Z");
    }

    /** SJ-P1 of Hitachi, the response in its manual: five holding registers, of which two are one number. */
    @Test
    void modbusRegistersInHex() throws Exception {
        String fields = "{'format':'hex','fields':{'factor':{'byte':0,'type':'uint16'},"
                + "'frequency':{'byte':2,'type':'uint32','scale':0.01,'unit':'Hz'},"
                + "'current':{'byte':6,'type':'uint16','scale':0.1,'unit':'A'},'voltage':{'byte':8,'type':'uint16','unit':'V'}}}";
        DeclaredDialect gateway = DeclaredDialect.of(
                folder, "'contents':{'$.*.registers':" + fields + "},'values':{'*':'$.inverter.registers'}");
        assertThat(gateway.shown("{\"inverter\":{\"registers\":\"0003 0000 04D2 001E 011C\"}}"))
                .containsExactly("d: factor=3.0, frequency=12.34 Hz, current=3.0 A, voltage=284.0 V");
        DeclaredDialect bytes = DeclaredDialect.of(folder, "'payload':" + fields.replace("hex", "binary"));
        assertThat(bytes.shown(HexFormat.of().parseHex("0003000004D2001E011C")))
                .containsExactly("d: factor=3.0, frequency=12.34 Hz, current=3.0 A, voltage=284.0 V");
    }

    /** An ML-17 of YDOC sends log records as text, with its serial number and a star before. */
    @Test
    void ydocRecord() throws Exception {
        DeclaredDialect logger = DeclaredDialect.of(
                folder,
                "ydoc",
                "ydoc",
                "'payload':{'format':'csv','separator':';','columns':['serial','','','TEMP','','LEVEL','','BATT']},"
                        + "'rows':'$','device':'@.serial','values':'@'");
        assertThat(logger.shown("*5304783;160513140000;TEMP;23.6;LEVEL;3.32;BATT;4.2"))
                .containsExactly("*5304783: TEMP=23.6, LEVEL=3.32, BATT=4.2");
    }

    /** Particle's events: the data is a text, which devices fill with JSON. */
    @Test
    void particleEvent() throws Exception {
        DeclaredDialect particle = DeclaredDialect.of(
                folder,
                "particle",
                "particle",
                "'device':'$.coreid','timestamp':'$.published_at','values':'$.data','contents':{'$.data':'json'}");
        assertThat(particle.shown("{\"data\":\"{\\\"temperature\\\": 21.5, \\\"unit\\\": \\\"°C\\\"}\",\"ttl\":60,"
                        + "\"published_at\":\"2020-05-01T10:15:30.5Z\",\"coreid\":\"e00fce68\"}"))
                .containsExactly("e00fce68: temperature=21.5 °C");
    }

    /** Google Cloud Pub/Sub pushes data in base64. */
    @Test
    void pubSubPush() throws Exception {
        DeclaredDialect push = DeclaredDialect.of(
                folder,
                "push",
                "push",
                "'device':'$.message.attributes.deviceId','timestamp':'$.message.publishTime','values':'$.message.data.v[0]',"
                        + "'contents':{'$.message.data':{'format':'base64','content':'json'},'$.message.data.v[*]':'json'}");
        String data =
                Base64.getEncoder().encodeToString("{\"v\":[\"{\\\"t\\\":21}\"]}".getBytes(StandardCharsets.UTF_8));
        assertThat(push.shown("{\"message\":{\"attributes\":{\"deviceId\":\"d-1\"},\"data\":\"" + data
                        + "\",\"publishTime\":\"2021-02-26T19:13:55.749Z\"},\"subscription\":\"s\"}"))
                .containsExactly("d-1: t=21.0");
    }

    /** RFC 8949, appendix A. */
    @Test
    void cbor() throws Exception {
        DeclaredDialect cbor = DeclaredDialect.of(folder, "'payload':'cbor'");
        assertThat(cbor.shown(HexFormat.of().parseHex("a26161016162820203")))
                .containsExactly("d: a=1.0, b.0=2.0, b.1=3.0");
        assertThat(cbor.shown(HexFormat.of().parseHex("a201020304"))).containsExactly("d: 1=2.0, 3=4.0");
    }

    @Test
    void pairsOfNamesAndValues() throws Exception {
        assertThat(DeclaredDialect.of(folder, "'payload':'pairs'")
                        .shown("T=21.5 °C;H=40;door=true;alarm=\r\nN=7\r\n\0"))
                .containsExactly("d: T=21.5 °C, H=40.0, door=1.0, alarm=null, N=7.0");
        assertThat(DeclaredDialect.of(
                                folder,
                                "'payload':{'format':'pairs','separator':' ','assignment':':'},'decimal_comma':true")
                        .shown("LOG T:21,5  H:40"))
                .containsExactly("d: LOG=null, T=21.5, H=40.0");
    }
}
