package io.caravan.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.ByteSourceJsonBootstrapper;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import java.io.IOException;

/**
 * Makes parsers of bytes that share few names of members. The table that parsers of other factories share grows to thousands of names,
 * and is copied by each that meets a new one; this one begins anew before it is dear to copy. Thread-safe.
 */
final class ForgetfulFactory extends JsonFactory {

    private static final long serialVersionUID = 1;

    /** More than most registries read in texts. */
    private static final int MOST_NAMES = 128;

    private transient volatile ByteQuadsCanonicalizer names = ByteQuadsCanonicalizer.createRoot();

    ForgetfulFactory(JsonFactoryBuilder settings) {
        super(settings.disable(Feature.INTERN_FIELD_NAMES));
    }

    @Override
    protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context) throws IOException {
        ByteQuadsCanonicalizer shared = names;
        if (shared.size() > MOST_NAMES) {
            shared = ByteQuadsCanonicalizer.createRoot();
            names = shared;
        }
        return new ByteSourceJsonBootstrapper(context, data, offset, length)
                .constructParser(_parserFeatures, _objectCodec, shared, _rootCharSymbols, _factoryFeatures);
    }
}
