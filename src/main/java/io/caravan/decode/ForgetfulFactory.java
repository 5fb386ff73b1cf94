package io.caravan.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.ByteSourceJsonBootstrapper;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import java.io.IOException;

/**
 * Makes parsers of bytes whose names of members are of no use to those that come after: each has a small table of its own. The table
 * that parsers of other factories share grows to thousands of names, and is copied by each that meets a new one. Thread-safe.
 */
final class ForgetfulFactory extends JsonFactory {

    private static final long serialVersionUID = 1;

    ForgetfulFactory(JsonFactoryBuilder settings) {
        super(settings.disable(Feature.INTERN_FIELD_NAMES));
    }

    @Override
    protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context) throws IOException {
        return new ByteSourceJsonBootstrapper(context, data, offset, length)
                .constructParser(
                        _parserFeatures,
                        _objectCodec,
                        ByteQuadsCanonicalizer.createRoot(),
                        _rootCharSymbols,
                        _factoryFeatures);
    }
}
