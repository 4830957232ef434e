import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;

/** A protobuf message of fields by number, without a schema. */
final class Proto {

    private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

    Proto number(int field, long value) {
        return add(field, Field.newBuilder().addVarint(value));
    }

    Proto number(int field, float value) {
        return add(field, Field.newBuilder().addFixed32(Float.floatToRawIntBits(value)));
    }

    Proto text(int field, String value) {
        return bytes(field, ByteString.copyFromUtf8(value));
    }

    Proto message(int field, Proto value) {
        return bytes(field, value.fields.build().toByteString());
    }

    Proto bytes(int field, ByteString value) {
        return add(field, Field.newBuilder().addLengthDelimited(value));
    }

    /** Behind what the field has already, which is then repeated. */
    private Proto add(int field, Field.Builder value) {
        fields.mergeField(field, value.build());
        return this;
    }

    byte[] toByteArray() {
        return fields.build().toByteArray();
    }
}
