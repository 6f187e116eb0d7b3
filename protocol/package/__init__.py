"""The edXML package of QCVN 102:2016: model, reader, writer and attachments."""
