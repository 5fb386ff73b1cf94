package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.settings.UserError;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times that are numbers since another epoch than 1970. The examples of docs/device-registry.md are among them. */
class EpochTest {

    @TempDir
    Path folder;

    private DeclaredDialect dialect(String timestamp) throws Exception {
        return DeclaredDialect.of(folder, "'values':{'v':'$.v'},'timestamp':{'path':'$.t'," + timestamp + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'epoch':'2000-01-01T00:00:00Z' | 848571330 | 2026-11-21T10:15:30.000000Z",
                "'epoch':'2001-01-01T00:00:00Z' | 816948930.25 | 2026-11-21T10:15:30.250000Z",
                "'epoch':'1899-12-30T00:00:00','unit':'d' | 46347.5 | 2026-11-21T12:00:00.000000Z",
                "'epoch':'1899-12-30T00:00:00','unit':'d','time_zone':'Europe/Berlin' | 46347.5 | 2026-11-21T11:00:00.000000Z",
                "'epoch':'1899-12-30T00:00:00','unit':'d','time_zone':'Europe/Berlin' | 46204.5 | 2026-07-01T10:00:00.000000Z",
                "'epoch':'1899-12-30T01:00:00+01:00','unit':'d','time_zone':'Europe/Berlin' | 46347.5 | 2026-11-21T12:00:00.000000Z",
                "'epoch':'1980-01-05T23:59:42Z' | 1479291348 | 2026-11-21T10:15:30.000000Z",
                "'epoch':'1601-01-01T00:00:00Z','unit':'us' | 13439729730000001 | 2026-11-21T10:15:30.000001Z",
                "'epoch':'2000-01-01T00:00:00Z','unit':'min' | 1.4142855E7 | 2026-11-21T10:15:00.000000Z",
                "'epoch':'2000-01-01T00:00:00Z','unit':'h' | ' 235714 ' | 2026-11-21T10:00:00.000000Z",
                "'epoch':'2000-01-01T00:00:00Z','unit':'ms' | -1000 | 1999-12-31T23:59:59.000000Z",
                "'epoch':'1970-01-01T00:00:00Z','unit':'ns' | 1700000000000000500 | 2023-11-14T22:13:20.000001Z"
            })
    void aNumberIsATimeSinceItsEpoch(String timestamp, String number, String shown) throws Exception {
        String payload = ("{'v':1,'t':" + number + "}").replace('\'', '"');
        assertThat(Timestamps.format(dialect(timestamp).read(payload).get(0).timestamp()))
                .isEqualTo(shown);
    }

    @Test
    void aNumberMayHaveADecimalComma() throws Exception {
        DeclaredDialect sheet = DeclaredDialect.of(
                folder,
                "'payload':{'format':'csv','separator':';'},'rows':'$','decimal_comma':true,'timestamp':{'path':'@.t','epoch':'1899-12-30T00:00:00','unit':'d'}");
        assertThat(sheet.read("t;v\n46347,5;21,5\n").stream()
                        .map(row -> Timestamps.format(row.timestamp()) + ' ' + DeclaredDialect.shown(row)))
                .containsExactly("2026-11-21T12:00:00.000000Z d: v=21.5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "-946684801 | no number of s since 2000-01-01T00:00:00Z, which the registry says, that is a time between 1970 and 9999: '-946684801'",
                "9999999999999999999 | no number of s since",
                "1e99 | no number of s since",
                "1e999999999 | no number of s since",
                "1e-99999999 | no number of s since",
                "'2026-11-21T10:15:30Z' | no number of s since",
                "true | no number of s since",
                "{} | the timestamp must be a text or a number"
            })
    void whatIsNoTimeIsRefused(String number, String why) throws Exception {
        String payload = ("{'v':1,'t':" + number + "}").replace('\'', '"');
        DeclaredDialect dialect = dialect("'epoch':'2000-01-01T00:00:00Z'");
        assertThatThrownBy(() -> dialect.read(payload)).isInstanceOfSatisfying(Undecodable.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.INVALID_TIMESTAMP);
            assertThat(e.getMessage()).startsWith(why);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'epoch':'2000' | /timestamp/epoch: is no time such as 2000-01-01T00:00:00Z: '2000'",
                "'epoch':'2000-02-30T00:00:00Z' | /timestamp/epoch: is no time such as",
                "'epoch':'2000-01-01T00:00:00Z','unit':'years' | /timestamp/unit: must be one of",
                "'unit':'ms' | /timestamp/unit: has no meaning without \"epoch\"",
                "'epoch':'2000-01-01T00:00:00Z','pattern':'dd.MM.yyyy' | /timestamp/epoch: is of numbers at one path",
                "'path':['$.a','$.b'],'epoch':'2000-01-01T00:00:00Z' | /timestamp/epoch: is of numbers at one path"
            })
    void aWrongDeclarationIsTold(String declared, String problem) {
        String path = declared.contains("path") ? "" : "'path':'$.t',";
        assertThatThrownBy(() -> DeclaredDialect.of(folder, "'timestamp':{" + path + declared + "}"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(problem);
    }
}
