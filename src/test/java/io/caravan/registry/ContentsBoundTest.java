package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However many texts a message has that hold something, and in however many rows, what is made of it is bounded. */
class ContentsBoundTest {

    /** Of a byte, 2,800 bytes of JSON. */
    private static final String FRAME = "{'format':'hex','fields':{"
            + joined(100, i -> "'a_long_name_of_a_field_" + i + "':{'byte':0,'type':'uint8'}") + "}}";

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    @Test
    void aMessageHolds2000ContentsAtMost() throws Exception {
        DeclaredDialect pairs = DeclaredDialect.of(folder, "'contents':{'$.c[*]':'pairs'},'values':{'last':'$.last'}");

        assertThat(pairs.shown("{\"c\":[" + joined(2_000, i -> "\"a=1\"") + "],\"last\":1}"))
                .containsExactly("d: last=1.0");
        assertTooLarge(
                () -> pairs.read("{\"c\":[" + joined(2_001, i -> "\"a=1\"") + "],\"last\":1}"),
                "more than 2000 \"contents\" to be read in one message");
    }

    @Test
    void contentsInContentsCountAsWell() throws Exception {
        DeclaredDialect json =
                DeclaredDialect.of(folder, "'contents':{'$.c':'json','$.c[*]':'pairs'},'values':{'last':'$.last'}");
        assertTooLarge(
                () -> json.read("{\"c\":\"[" + joined(2_000, i -> "\\\"a=1\\\"") + "]\",\"last\":1}"),
                "more than 2000 \"contents\"");
    }

    /** What stands around the rows is read again for each. */
    @Test
    void contentsOfAllRowsCountTogether() throws Exception {
        DeclaredDialect rows =
                DeclaredDialect.of(folder, "'rows':'$.r','contents':{'$.c[*]':'pairs'},'values':{'v':'@.v'}");
        IntFunction<String> message = contents -> "{\"c\":[" + joined(contents, i -> "\"a=1\"") + "],\"r\":["
                + joined(1_000, i -> "{\"v\":" + i + "}") + "]}";

        assertThat(rows.read(message.apply(4))).hasSize(1_000);
        assertTooLarge(() -> rows.read(message.apply(5)), "more than 4000 \"contents\"");
    }

    @Test
    void rowsTogetherGrowAsOneMessageMay() throws Exception {
        DeclaredDialect rows = DeclaredDialect.of(folder, "'rows':'$','contents':{'@.f':" + FRAME + "},'values':'@.f'");
        IntFunction<String> message = count -> "[" + joined(count, i -> "{\"f\":\"0" + i % 10 + "\"}") + "]";

        assertThat(rows.read(message.apply(40))).hasSize(40);
        assertTooLarge(() -> rows.read(message.apply(2_000)), "with their \"contents\" read, the rows of the message");
    }

    @Test
    void aRowGrowsLessThanAMessage() throws Exception {
        String rules = "'payload':{'format':'hex','every':1,'fields':{"
                + joined(600, i -> "'a_long_name_of_a_field_" + i + "':{'byte':0,'type':'uint8'}") + "}}";
        DeclaredDialect whole = DeclaredDialect.of(folder, rules + ",'values':'$[0]'");
        assertThat(whole.read("01")).hasSize(1);

        DeclaredDialect rows = DeclaredDialect.of(folder, rules + ",'rows':'$'");
        assertTooLarge(() -> rows.read("0102"), "32 times its bytes and 64 KB, or 16 KB for a row");
    }

    @Test
    void aRowThatIsTooLargeByItselfCostsNoOther() throws Exception {
        DeclaredDialect rows = DeclaredDialect.of(
                folder, "'rows':'$','contents':{'@.f':" + FRAME.replace("'fields'", "'every':1,'fields'") + "}");
        assertThat(rows.parts("[{\"f\":\"01\"},{\"f\":\"0102030405060708\"}]".getBytes(StandardCharsets.UTF_8)))
                .hasSize(2);
    }

    /** A row that cannot be read is a dead letter of its own. */
    @Test
    void aContentThatIsNoneCostsNoOtherRow() throws Exception {
        DeclaredDialect rows = DeclaredDialect.of(folder, "'rows':'$','contents':{'@.f':" + FRAME + "}");
        assertThat(rows.parts("[{\"f\":\"xx\"},{\"f\":\"01\"}]".getBytes(StandardCharsets.UTF_8)))
                .hasSize(2);
    }

    /** Each content has a parser; one that copied all names that were ever met would take 100 times as much. */
    @Test
    void aContentCostsWhatItHoldsWhateverNamesWereMet() throws Exception {
        DeclaredDialect json = DeclaredDialect.of(folder, "'contents':{'$.c[*]':'json'},'values':{'last':'$.last'}");
        String many = "{" + joined(5_000, i -> "\"met" + i + "\":1") + ",\"last\":1}";
        String message = "{\"c\":[" + joined(1_000, i -> "\"{\\\"new" + i + "\\\":1}\"") + "],\"last\":1}";
        json.read(many);
        long before = THREADS.getCurrentThreadAllocatedBytes();

        json.read(message);

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(20L << 20);
    }

    private static void assertTooLarge(ThrowingCallable reading, String detail) {
        assertThatThrownBy(reading).isInstanceOfSatisfying(Undecodable.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
            assertThat(e).hasMessageContaining(detail);
        });
    }

    private static String joined(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }
}
