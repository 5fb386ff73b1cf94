package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.decode.Decoded;
import io.caravan.decode.Undecodable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of an object of rows that are no rows, and rows with devices of their own on a topic that names one. */
class RowMembersTest {

    private static final long TIME = 1_795_399_200_000_000L;

    @TempDir
    Path folder;

    /** What an NGSI-LD broker notifies of: the attributes of an entity beside its id. */
    @Test
    void whatAPathOfTheMessageLeadsToIsNoRow() throws Exception {
        DeclaredDialect ngsi = of(
                "ngsi/notify",
                "'rows':'$','device':'$.id','timestamp':'@.observedAt','metric':'@~','values':'@.value','empty':'ignore',"
                        + "'ignore':['$.type']");
        String attributes = "'temperature':{'value':21.5,'observedAt':'2026-11-23T02:00:00Z'},"
                + "'humidity':{'value':40,'observedAt':'2026-11-23T02:00:00Z'}";

        for (String message : List.of(
                "{'id':'urn:1','type':'Device'," + attributes + "}",
                "{" + attributes + ",'type':'Device','id':'urn:1'}")) {
            assertThat(ngsi.read(json(message)))
                    .extracting(Decoded::timestamp, DeclaredDialect::shown)
                    .containsExactly(tuple(TIME, "urn:1: temperature=21.5"), tuple(TIME, "urn:1: humidity=40.0"));
        }
        assertThat(ngsi.parts(json("{'id':'urn:1','type':'Device'," + attributes + "}")
                        .getBytes(UTF_8)))
                .extracting(part -> new String(part, UTF_8))
                .containsExactly(
                        json("{'id':'urn:1','temperature':{'value':21.5,'observedAt':'2026-11-23T02:00:00Z'}}"),
                        json("{'id':'urn:1','humidity':{'value':40,'observedAt':'2026-11-23T02:00:00Z'}}"));
        assertThat(ngsi.shown(json("{'id':'urn:1','temperature':{'value':21.5}}")))
                .containsExactly("urn:1: temperature=21.5");
        assertThatThrownBy(() -> ngsi.read(json("{'id':'urn:1','type':'Device'}")))
                .isInstanceOf(Undecodable.class)
                .hasMessageStartingWith("no row stands at $,");
    }

    @Test
    void whatIsSaidOfEveryRowIsNotSaidOfAMemberThatIsNone() throws Exception {
        DeclaredDialect site = of(
                "site/up",
                "'rows':'$','device':'@~','timestamp':'$.head.ts','site':'$.head.site','values':'@.value',"
                        + "'contents':{'@.ts':'json'},'quality':{'path':'$.head.q','good':[0]}");

        List<Decoded> rows = site.read(json(
                "{'a':{'value':{'p':1}},'b':{'value':{'p':2}},'head':{'ts':'2026-11-23T02:00:00Z','site':'s','q':0,"
                        + "'value':{'x':7}}}"));

        assertThat(rows)
                .extracting(Decoded::timestamp, Decoded::site, DeclaredDialect::shown)
                .containsExactly(tuple(TIME, "s", "a: p=1.0"), tuple(TIME, "s", "b: p=2.0"));
    }

    @Test
    void rowsOfRowsHaveMembersAroundThemAtEachLevel() throws Exception {
        DeclaredDialect plant =
                of("plant/up", "'rows':'$.s.*','device':'$.s.*~','timestamp':'$.s.ts','zone':'$.s.*.z','metric':'@~'");

        assertThat(plant.read(
                        json("{'s':{'a':{'u':1,'z':'z1','v':2},'ts':1795399200,'b':{'z':'z2','u':3}},'x':{'u':9}}")))
                .extracting(Decoded::timestamp, Decoded::zone, DeclaredDialect::shown)
                .containsExactly(
                        tuple(TIME, "z1", "a: u=1.0"), tuple(TIME, "z1", "a: v=2.0"), tuple(TIME, "z2", "b: u=3.0"));
    }

    @Test
    void whatStandsAroundOneOfSeveralListsStandsAroundTheOthers() throws Exception {
        DeclaredDialect lists =
                of("l/up", "'rows':['$.a','$.d'],'device':'$.id','timestamp':'$.a.ts','metric':'@~','values':'@'");

        assertThat(lists.read(json("{'a':{'x':1,'ts':1795399200},'d':{'y':2,'z':3},'id':'l-1'}")))
                .extracting(Decoded::timestamp, DeclaredDialect::shown)
                .containsExactly(tuple(TIME, "l-1: x=1.0"), tuple(TIME, "l-1: y=2.0"), tuple(TIME, "l-1: z=3.0"));
    }

    @Test
    void whereAMessageHasValuesBesideItsRowsItsOwnPathsLeadToNoRowEither() throws Exception {
        DeclaredDialect hub = DeclaredDialect.of(
                folder,
                "'timestamp':'$.packs.ts','values':{'soc':'$.packs.soc'},'rows':{'path':'$.packs','metric':'@~','values':'@.p'}");

        assertThat(hub.read(json("{'packs':{'a':{'p':1},'soc':50,'ts':1795399200,'b':{'p':2}}}")))
                .extracting(Decoded::timestamp, DeclaredDialect::shown)
                .containsExactly(tuple(TIME, "d: soc=50.0"), tuple(TIME, "d: a=1.0"), tuple(TIME, "d: b=2.0"));
    }

    /** Else what was stored of such messages before would be stored a second time. */
    @Test
    void rowsThatNoPathOfTheMessageLeadsToAreTheBytesThatTheyWere() throws Exception {
        assertThat(parts("'rows':'$','metric':'@~','values':'@'", "{'t':1, 'h':2}"))
                .containsExactly("{'t':1}", "{'h':2}");
        assertThat(parts("'rows':'$','metric':'@~','ignore':['$.type']", "{'t':1,'type':'x','h':2}"))
                .as("ignored, and so nowhere")
                .containsExactly("{'t':1}", "{'h':2}");
        assertThat(parts("'rows':'$','metric':'@~','ignore':['$.type']", "{'type':'x','t':1}"))
                .containsExactly("{'t':1}");
        assertThat(parts("'rows':'$','metric':'@~','ignore':['$.t.raw']", "{'t':{'raw':1,'v':2},'h':2}"))
                .as("part of a row")
                .containsExactly("{'t':{'raw':1,'v':2}}", "{'h':2}");
        assertThat(parts("'rows':'$','metric':'@~','contents':{'$.t':'json'}", "{'t':'{}','h':2}"))
                .containsExactly("{'t':'{}'}", "{'h':2}");
        assertThat(parts("'rows':'$','site':'$[0].s'", "[{'s':'x','v':1},{'s':'y','v':2}]"))
                .as("the row, of which there is one then")
                .containsExactly("[{'s':'x','v':1}]", "[{'s':'y','v':2}]");
    }

    @Test
    void whatStandsAroundRowsOfAnObjectIsBounded() throws Exception {
        DeclaredDialect rows = DeclaredDialect.of(folder, "'rows':'$','site':'$.s','metric':'@~'");
        StringBuilder message = new StringBuilder("{'pad':'" + "x".repeat(8_000) + "','s':'y'");
        for (int i = 0; i < 100; i++) {
            message.append(",'m").append(i).append("':1");
        }
        assertThat(rows.read(json(message + "}"))).hasSize(101);

        DeclaredDialect around = DeclaredDialect.of(folder, "'rows':'$','site':'$.s','zone':'$.pad.z','metric':'@~'");
        String pad =
                message.toString().replace("'pad':'", "'pad':{'z':'a','x':'").replace("','s'", "'},'s'");
        assertThatThrownBy(() -> around.read(json(pad + "}")))
                .isInstanceOf(Undecodable.class)
                .hasMessageContaining("rows with what stands around them have");
    }

    /** Zendure's hubs: the topic names the hub, and its battery packs have serial numbers. */
    @Test
    void aRowMayHaveADeviceOfItsOwnWhateverTheTopicNames() throws Exception {
        String whole = "{'properties':{'solar':300},'packData':[{'sn':'P1','soc':50},{'sn':'P2','soc':60}]}";
        String message = whole.replace("]", ",{'soc':70}]");
        for (String device : List.of("@.sn", "{@.sn}")) {
            DeclaredDialect hub = DeclaredDialect.of(
                    folder,
                    "zendure/{device}/report",
                    "zendure/hub/report",
                    "'values':'$.properties','rows':{'path':'$.packData','device':'" + device + "'}");

            assertThat(hub.shown(json(whole))).containsExactly("hub: solar=300.0", "P1: soc=50.0", "P2: soc=60.0");
            assertThatThrownBy(() -> hub.read(json(message)))
                    .as("a row without its device is not the hub's")
                    .isInstanceOf(Undecodable.class)
                    .hasMessageStartingWith("no device id stands at " + device);
        }
        assertThat(shown("'values':'$.properties','rows':{'path':'$.packData','device':'{device}-{@.soc}'}", whole))
                .contains("d-50: sn=text");
        assertThat(shown("'values':'$.properties','rows':{'path':'$.packData','device':'packs'}", message))
                .contains("d: solar=300.0", "packs: soc=70.0");
        assertThat(shown("'rows':'$.packData','device':'@.sn'", whole)).containsExactly("P1: soc=50.0", "P2: soc=60.0");
        assertThat(shown("'rows':['$.packData','$.x'],'device':'x-{@.sn}'", "{'packData':[{'sn':'P1','soc':50}]}"))
                .containsExactly("x-P1: soc=50.0");
    }

    private DeclaredDialect of(String topic, String rules) throws Exception {
        return DeclaredDialect.of(folder, topic, topic, rules);
    }

    private List<String> shown(String rules, String message) throws Exception {
        return DeclaredDialect.of(folder, rules).shown(json(message));
    }

    private List<String> parts(String rules, String message) throws Exception {
        return DeclaredDialect.of(folder, rules).parts(json(message).getBytes(UTF_8)).stream()
                .map(part -> new String(part, UTF_8).replace('"', '\''))
                .toList();
    }

    private static String json(String payload) {
        return payload.replace('\'', '"');
    }
}
