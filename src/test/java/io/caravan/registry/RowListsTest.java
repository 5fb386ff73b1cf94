package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Decoded;
import io.caravan.decode.Undecodable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages with rows in several places, and rows in texts of them: how they are read, and how much is made of them. */
class RowListsTest {

    @TempDir
    Path folder;

    @Test
    void ofWhatAFormatMakesOfAMessageTextsMakeNoMoreThanOfTheMessage() throws Exception {
        String name = "n".repeat(60);
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            fields.append(i == 0 ? "" : ",")
                    .append("'" + ("f" + i).repeat(61) + "':{'byte':0,'type':'uint8','unit':'V'}");
        }
        DeclaredDialect csv = DeclaredDialect.of(
                folder,
                "'payload':{'format':'csv','columns':['" + name + "']},'values':'$','contents':{'$[*]." + name
                        + "':{'format':'hex','fields':{" + fields + "}}}");
        assertThatThrownBy(() -> csv.read("01\n".repeat(2_000)))
                .isInstanceOfSatisfying(Undecodable.class, e -> assertThat(e.getMessage())
                        .contains("read as JSON, it would have more than 32 times its bytes"));
        assertThat(csv.read("01\n".repeat(20)).get(0).measured()).hasSize(100);
    }

    @Test
    void aNumberCutOffInOneListKeepsNoOtherFromBeingRead() throws Exception {
        DeclaredDialect lists = DeclaredDialect.of(
                folder,
                "'rows':['$.a','$.b'],'contents':{'$.a':{'format':'hex','every':4,'fields':{'x':{'byte':0,'type':'float32'}}},"
                        + "'$.b':{'format':'hex','every':1,'fields':{'x':{'byte':0,'type':'uint8'}}}}");
        assertThat(lists.shown("{\"a\":\"7fc000003f800000\",\"b\":\"0203\"}"))
                .containsExactly("d: x=null", "d: x=1.0", "d: x=2.0", "d: x=3.0");
    }

    @Test
    void manyRowsInSeveralListsAreAsManyInOne() throws Exception {
        DeclaredDialect lists = DeclaredDialect.of(folder, "'rows':['$.a','$.b','$.c.d','$.c.e.*']");
        String rows = "[" + "{\"v\":1},".repeat(149) + "{\"v\":2}]";
        String message =
                "{\"a\":" + rows + ",\"c\":{\"e\":{\"x\":" + rows + "},\"d\":" + rows + "},\"b\":" + rows + "}";
        List<Decoded> read = lists.read(message);
        assertThat(read).hasSize(600);
        assertThat(read.stream().map(DeclaredDialect::shown)).containsOnly("d: v=1.0", "d: v=2.0");
    }

    @Test
    void allListsTogetherAreBounded() throws Exception {
        DeclaredDialect lists = DeclaredDialect.of(folder, "'rows':['$.a','$.b']");
        String rows = "[" + "{},".repeat(1_000) + "{}]";
        assertThatThrownBy(() -> lists.read("{\"a\":" + rows + ",\"b\":" + rows + "}"))
                .hasMessage("more than 2000 rows in one message");
        String many = "[" + "{\"v\":1},".repeat(19) + "{\"v\":1}]";
        String around = "{\"x\":\"" + "x".repeat(10_000) + "\",\"a\":" + many;
        assertThat(lists.read(around + "}")).hasSize(20);
        assertThatThrownBy(() -> lists.read(around + ",\"b\":" + many + "}"))
                .hasMessageContaining("more than 32 times the message");
    }

    @Test
    void whatLeadsToListsStandsThereOnce() throws Exception {
        DeclaredDialect lists = DeclaredDialect.of(folder, "'rows':['$.a.x','$.a.y']");
        assertThat(lists.shown("{\"a\":{\"x\":[{\"v\":1}],\"y\":[{\"v\":2}]}}"))
                .containsExactly("d: v=1.0", "d: v=2.0");
        assertThatThrownBy(() -> lists.read("{\"a\":{\"x\":[{\"v\":1}]},\"a\":{\"y\":[{\"v\":2}]}}"))
                .hasMessage("what leads to the rows stands there twice");
    }

    @Test
    void textsInRowsOfEachListAreRead() throws Exception {
        DeclaredDialect lists = DeclaredDialect.of(
                folder,
                "'rows':['$.a','$.b'],'contents':{'$.b':'json','@.d':{'format':'hex','fields':{'t':{'byte':0,'type':'uint16'}}}}");
        assertThat(lists.shown("{\"a\":[{\"d\":\"0102\"}],\"b\":[{\"d\":\"0102\"}]}"))
                .containsExactly("d: d.t=258.0", "d: d.t=258.0");
        assertThat(lists.shown("{\"b\":\"[{\\\"d\\\":\\\"0102\\\"}]\"}")).containsExactly("d: d.t=258.0");
    }
}
